-- What the orders of the last months are worth a month, before and after each month in which that changes: an order
-- counts from its month on for as many months as the window has. Never less than nothing, whatever is given back late.
-- One row per customer id and month; amounts are in the reporting currency.
with

order_months_summed as (

    select * from {{ ref('int_order_months_summed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

months_with_window as (

    select
        order_months_summed.*,
        cast(thresholds.threshold_value as integer) as window_months
    from order_months_summed
    inner join thresholds
        on thresholds.threshold_id = 'revenue_window_months'

),

changes as (

    select
        customer_id,
        window_months,
        amount as change_amount,
        new_products_amount,
        month_start_date
    from months_with_window
    union all
    select
        customer_id,
        window_months,
        -amount,
        0,
        cast({{ dbt.dateadd('month', 'window_months', 'month_start_date') }} as date)
    from months_with_window

),

months as (

    select
        changes.customer_id,
        changes.window_months,
        changes.month_start_date,
        sum(changes.change_amount) as change_amount,
        sum(changes.new_products_amount) as new_products_amount
    from changes
    inner join build_clocks_resolved
        on changes.month_start_date <= build_clocks_resolved.as_of
    group by changes.customer_id, changes.window_months, changes.month_start_date

),

levels as (

    select
        *,
        greatest(cast(sum(change_amount) over (
            partition by customer_id
            order by month_start_date
            rows between unbounded preceding and current row
        ) / cast(window_months as double) as decimal(18, 4)), 0) as amount_after
    from months

),

order_levels_rolled as (

    select
        customer_id,
        cast(coalesce(lag(amount_after) over (
            partition by customer_id
            order by month_start_date
        ), 0) as decimal(18, 4)) as amount_before,
        cast(amount_after as decimal(18, 4)) as amount_after,
        cast(new_products_amount / cast(window_months as double) as decimal(18, 4)) as added_amount,
        month_start_date
    from levels

)

select * from order_levels_rolled
