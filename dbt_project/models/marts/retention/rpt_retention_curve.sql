-- The first 30 days of new customers: how many are still there on each day, how many are active on that very day, and
-- of those still there how many leave. The day after which most leave is the drop node.
-- One row per metric id, breakdown, its value and day.
with

new_customer_days_counted as (

    select * from {{ ref('int_new_customer_days_counted') }}

),

offsets as (

    {{ dbt.generate_series(31) }}

),

groups_watched as (

    select
        metric_id,
        breakdown,
        breakdown_value,
        sum(left_count) as customers_count
    from new_customer_days_counted
    group by metric_id, breakdown, breakdown_value

),

curves as (

    select
        groups_watched.metric_id,
        groups_watched.breakdown,
        groups_watched.breakdown_value,
        groups_watched.customers_count,
        cast(offsets.generated_number - 1 as integer) as day_number,
        coalesce(days_counted.active_count, 0) as active_count,
        coalesce(days_counted.left_count, 0) as left_count,
        groups_watched.customers_count
        - coalesce(sum(days_counted.left_count) over (
            partition by groups_watched.metric_id, groups_watched.breakdown, groups_watched.breakdown_value
            order by offsets.generated_number
            rows between unbounded preceding and 1 preceding
        ), 0) as retained_count
    from groups_watched
    cross join offsets
    left join new_customer_days_counted as days_counted
        on
            groups_watched.metric_id = days_counted.metric_id
            and groups_watched.breakdown = days_counted.breakdown
            and groups_watched.breakdown_value = days_counted.breakdown_value
            and offsets.generated_number - 1 = days_counted.day_number

),

curves_with_limits as (

    select
        *,
        {{ wilson_limit('left_count', 'retained_count', -1) }} as hazard_rate_lower,
        {{ wilson_limit('left_count', 'retained_count', 1) }} as hazard_rate_upper
    from curves

),

{# Of few who leave on a day chance may be the cause, so the surest of the days counts. #}
curves_ranked as (

    select
        *,
        row_number() over (
            partition by metric_id, breakdown, breakdown_value
            order by coalesce(hazard_rate_lower, 0) desc, day_number asc
        ) as drop_rank
    from curves_with_limits

),

retention_curve as (

    select
        -- ids
        {{ surrogate_key(['metric_id', 'breakdown', 'breakdown_value', 'day_number']) }} as retention_curve_id,
        metric_id,

        -- strings
        breakdown,
        breakdown_value,

        -- numerics
        day_number,
        cast(customers_count as bigint) as customers_count,
        cast(retained_count as bigint) as retained_customers_count,
        retained_count / cast(customers_count as double) as retained_rate,
        {{ wilson_limit('retained_count', 'customers_count', -1) }} as retained_rate_lower,
        {{ wilson_limit('retained_count', 'customers_count', 1) }} as retained_rate_upper,
        cast(active_count as bigint) as active_customers_count,
        active_count / cast(customers_count as double) as active_rate,
        {{ wilson_limit('active_count', 'customers_count', -1) }} as active_rate_lower,
        {{ wilson_limit('active_count', 'customers_count', 1) }} as active_rate_upper,
        cast(left_count as bigint) as left_customers_count,
        left_count / nullif(cast(retained_count as double), 0) as hazard_rate,
        hazard_rate_lower,
        hazard_rate_upper,

        -- booleans
        drop_rank = 1 and left_count > 0 as is_drop_node
    from curves_ranked

)

select * from retention_curve
