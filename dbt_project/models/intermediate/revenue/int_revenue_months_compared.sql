-- What the customers of each segment were worth at a month's end and one month or a year before: how much of it stayed,
-- how much of that within what it was, and how many customers left.
-- One row per revenue model, months looked back, breakdown, its value and month.
with

revenue_movements as (

    select * from {{ ref('rpt_revenue_movements') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

horizons as (

    select 1 as horizon_months
    union all
    select 12 as horizon_months

),

{# Each month's end is looked at once as the end, and once, later, as the beginning. #}
ends as (

    select
        movements.revenue_model,
        horizons.horizon_months,
        movements.customer_id,
        movements.month_start_date,
        cast(0 as decimal(18, 4)) as opening_amount,
        movements.closing_amount
    from revenue_movements as movements
    cross join horizons
    union all
    select
        movements.revenue_model,
        horizons.horizon_months,
        movements.customer_id,
        cast({{ dbt.dateadd('month', 'horizons.horizon_months', 'movements.month_start_date') }} as date),
        movements.closing_amount,
        0
    from revenue_movements as movements
    cross join horizons

),

pairs as (

    select
        revenue_model,
        horizon_months,
        customer_id,
        month_start_date,
        sum(opening_amount) as opening_amount,
        sum(closing_amount) as closing_amount
    from ends
    group by revenue_model, horizon_months, customer_id, month_start_date

),

beginnings as (

    select
        revenue_model,
        customer_id,
        min(month_start_date) as first_month_start_date
    from revenue_movements
    group by revenue_model, customer_id

),

pairs_with_segment as (

    select
        pairs.*,
        cast({{ dbt.dateadd('month', 'pairs.horizon_months', 'beginnings.first_month_start_date') }} as date)
        > pairs.month_start_date as is_new,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(cast(customers.is_b2b as {{ dbt.type_string() }}), 'unknown') as is_b2b
    from pairs
    inner join beginnings
        on pairs.revenue_model = beginnings.revenue_model and pairs.customer_id = beginnings.customer_id
    inner join customers
        on pairs.customer_id = customers.customer_id

),

pairs_by_breakdown as (

    {% for breakdown in ['all', 'acquisition_channel', 'is_b2b'] %}
        {% if not loop.first %} union all {% endif %}
        select
            *,
            '{{ breakdown }}' as breakdown,
            {{ "'all'" if breakdown == 'all' else breakdown }} as breakdown_value
        from pairs_with_segment
    {% endfor %}

),

revenue_months_compared as (

    select
        revenue_model,
        horizon_months,
        breakdown,
        breakdown_value,
        month_start_date,
        sum(opening_amount) as opening_amount,
        sum(closing_amount) as closing_amount,
        sum(least(opening_amount, closing_amount)) as kept_amount,
        sum(case when opening_amount > 0 then closing_amount else 0 end) as grown_amount,
        sum(case when opening_amount <= 0 and not is_new then closing_amount else 0 end) as returned_amount,
        sum(case when is_new then closing_amount else 0 end) as new_customers_amount,
        count(case when opening_amount > 0 then 1 end) as opening_customers_count,
        count(case when closing_amount > 0 then 1 end) as closing_customers_count,
        count(case when opening_amount > 0 and closing_amount <= 0 then 1 end) as lost_customers_count
    from pairs_by_breakdown
    group by revenue_model, horizon_months, breakdown, breakdown_value, month_start_date

)

select * from revenue_months_compared
