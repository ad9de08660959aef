-- How many new customers were active on each day since their first order, and for how many of them it was the last one.
-- One row per metric id, breakdown, its value and day.
with

new_customer_days_found as (

    select * from {{ ref('int_new_customer_days_found') }}

),

days_by_breakdown as (

    select
        metric_id,
        customer_id,
        day_number,
        'all' as breakdown,
        'all' as breakdown_value
    from new_customer_days_found
    union all
    select
        metric_id,
        customer_id,
        day_number,
        'acquisition_channel',
        coalesce(acquisition_channel, 'unknown')
    from new_customer_days_found
    union all
    select
        metric_id,
        customer_id,
        day_number,
        'is_b2b',
        coalesce(cast(is_b2b as {{ dbt.type_string() }}), 'unknown')
    from new_customer_days_found

),

days_with_last as (

    select
        *,
        max(day_number) over (partition by metric_id, breakdown, customer_id) as last_day_number
    from days_by_breakdown

),

new_customer_days_counted as (

    select
        metric_id,
        breakdown,
        breakdown_value,
        day_number,
        count(*) as active_count,
        count(case when day_number = last_day_number then 1 end) as left_count
    from days_with_last
    group by metric_id, breakdown, breakdown_value, day_number

)

select * from new_customer_days_counted
