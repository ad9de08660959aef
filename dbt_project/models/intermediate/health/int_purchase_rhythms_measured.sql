{%- set gaps_remembered = 5 -%}
{%- set upwards -%}
    partition by customer_id order by purchase_date
{%- endset -%}
-- Each day on which a customer placed a purchase, with the rhythm up to then: the gap before it, the median of the
-- last {{ gaps_remembered }} gaps from two on, and how many gaps in a row have each been longer than the one before.
-- Whatever has become of an order since was not known then, so it counts.
-- One row per customer id and purchase date.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

purchases as (

    select
        orders.customer_id,
        orders.order_id,
        cast(orders.ordered_at as date) as purchase_date,
        {{ in_reporting_currency('orders.order_amount', 'rates.reporting_rate') }} as order_amount,
        row_number() over (
            partition by orders.customer_id, cast(orders.ordered_at as date)
            order by orders.ordered_at desc, orders.order_id desc
        ) as newest_rank
    from orders
    inner join reporting_rates_resolved as rates
        on coalesce(orders.currency, 'unknown') = rates.currency
    where orders.is_placed_purchase and orders.customer_id is not null

),

purchase_days as (

    select
        customer_id,
        purchase_date,
        max(case when newest_rank = 1 then order_id end) as last_order_id,
        cast(sum(order_amount) as decimal(18, 4)) as purchase_amount
    from purchases
    group by customer_id, purchase_date

),

purchases_numbered as (

    select
        *,
        row_number() over ({{ upwards }}) as purchase_number,
        min(purchase_date) over (partition by customer_id) as first_purchase_date,
        lag(purchase_date) over ({{ upwards }}) as previous_purchase_date,
        lead(purchase_date) over ({{ upwards }}) as next_purchase_date
    from purchase_days

),

gaps as (

    select
        *,
        {{ dbt.datediff(
            'previous_purchase_date', 'purchase_date', 'day'
        ) }} as gap_days
    from purchases_numbered

),

gaps_compared as (

    select
        *,
        coalesce(gap_days > lag(gap_days) over ({{ upwards }}), false) as is_longer
    from gaps

),

{# A run ends with a gap that is no longer than the one before; that one begins the next run. #}
gaps_in_runs as (

    select
        *,
        sum(case when is_longer then 0 else 1 end) over (
            {{ upwards }} rows between unbounded preceding and current row
        ) as run_number
    from gaps_compared

),

recent_gaps as (

    {% for back in range(gaps_remembered) -%}
        {% if not loop.first %} union all {% endif %}
        select
            customer_id,
            purchase_date,
            lag(gap_days, {{ back }}) over ({{ upwards }}) as gap_days
        from gaps
    {% endfor %}

),

recent_gaps_ranked as (

    select
        *,
        row_number() over (partition by customer_id, purchase_date order by gap_days) as gap_rank,
        count(*) over (partition by customer_id, purchase_date) as gaps_count
    from recent_gaps
    where gap_days is not null

),

medians as (

    select
        customer_id,
        purchase_date,
        avg(cast(gap_days as double)) as median_gap_days
    from recent_gaps_ranked
    where gaps_count >= 2 and 2 * gap_rank >= gaps_count and 2 * gap_rank <= gaps_count + 2
    group by customer_id, purchase_date

),

purchase_rhythms_measured as (

    select
        gaps.customer_id,
        gaps.purchase_date,
        gaps.first_purchase_date,
        gaps.next_purchase_date,
        gaps.last_order_id,
        cast(gaps.purchase_number as integer) as purchase_number,
        case when gaps.purchase_number < 3 then cast(gaps.purchase_number as string) else '3+' end as orders_band,
        gaps.purchase_amount,
        cast(gaps.gap_days as integer) as gap_days,
        medians.median_gap_days,
        cast(row_number() over (
            partition by gaps.customer_id, gaps.run_number order by gaps.purchase_date
        ) - 1 as integer) as longer_gaps_count
    from gaps_in_runs as gaps
    left join medians
        on gaps.customer_id = medians.customer_id and gaps.purchase_date = medians.purchase_date

)

select * from purchase_rhythms_measured
