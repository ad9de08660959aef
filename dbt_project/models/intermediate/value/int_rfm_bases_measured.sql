-- When each customer bought last, how often and for how much, as it stood at the ends of the last months and at as_of.
-- One row per customer id and instant looked at; only customers who had bought by then.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

numbers as (

    {{ dbt.generate_series(120) }}

),

{# A month's end is the first instant of the next one, which is not in it. #}
instants as (

    select
        cast(build_clocks_resolved.as_of as {{ dbt.type_timestamp() }}) as looked_at,
        true as is_current
    from build_clocks_resolved
    union all
    select
        cast({{ dbt.dateadd(
            'month', 'cast(1 - numbers.generated_number as int)', dbt.date_trunc('month', 'build_clocks_resolved.as_of')
        ) }} as {{ dbt.type_timestamp() }}),
        false
    from build_clocks_resolved
    cross join numbers
    inner join thresholds
        on
            thresholds.threshold_id = 'rfm_history_months'
            and numbers.generated_number <= thresholds.threshold_value
    where
        {{ dbt.dateadd(
            'month', 'cast(1 - numbers.generated_number as int)', dbt.date_trunc('month', 'build_clocks_resolved.as_of')
        ) }} < build_clocks_resolved.as_of

),

purchases as (

    select
        orders.customer_id,
        orders.ordered_at,
        {{ in_reporting_currency('orders.order_amount', 'rates.reporting_rate') }} as amount
    from orders
    inner join reporting_rates_resolved as rates
        on coalesce(orders.currency, 'unknown') = rates.currency
    where orders.is_qualifying and orders.customer_id is not null

),

rfm_bases_measured as (

    select
        purchases.customer_id,
        instants.looked_at,
        instants.is_current,
        max(purchases.ordered_at) as last_ordered_at,
        count(*) as orders_count,
        cast(sum(purchases.amount) as decimal(18, 4)) as orders_amount
    from instants
    inner join purchases
        on
            instants.looked_at > purchases.ordered_at
            or (instants.is_current and instants.looked_at = purchases.ordered_at)
    group by purchases.customer_id, instants.looked_at, instants.is_current

)

select * from rfm_bases_measured
