-- How likely a customer's next order is after the first, the second, the third, and how long it takes: by what has been
-- seen so far, of those watched for the whole window, and by Kaplan and Meier.
-- One row per breakdown, its value and order number.
with

order_ladder_estimated as (

    select * from {{ ref('int_order_ladder_estimated') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

curves as (

    select
        estimated.*,
        cast(windows.threshold_value as integer) as window_days,
        sum(estimated.reached_count) over (
            partition by estimated.breakdown, estimated.breakdown_value, estimated.order_number
        ) as entered_count
    from order_ladder_estimated as estimated
    inner join thresholds as windows
        on windows.threshold_id = 'order_ladder_window_days'

),

curves_with_limits as (

    select
        *,
        followed_share as share,
        round({{ incidence_limit('followed_share', 'followed_variance', 'entered_count', -1) }}, 12) as lower_limit,
        round({{ incidence_limit('followed_share', 'followed_variance', 'entered_count', 1) }}, 12) as upper_limit
    from curves

),

rungs as (

    select
        breakdown,
        breakdown_value,
        order_number,
        window_days,
        sum(reached_count) as reached_count,
        sum(followed_count) as followed_count,
        sum(mature_count) as mature_count,
        sum(mature_followed_count) as mature_followed_count,
        least(max(days), window_days) as watched_days,
        max(case when days <= window_days then days end) as told_days,
        {% for percent in [25, 50, 75] -%}
            min(case when share >= 0.{{ percent }} then days end) as p{{ percent }}_days_to_next_order,
        {% endfor -%}
        min(case when upper_limit >= 0.5 then days end) as p50_days_to_next_order_lower,
        min(case when lower_limit >= 0.5 then days end) as p50_days_to_next_order_upper
    from curves_with_limits
    group by breakdown, breakdown_value, order_number, window_days

),

order_ladder as (

    select
        -- ids
        {{ surrogate_key(['rungs.breakdown', 'rungs.breakdown_value', 'rungs.order_number']) }} as order_ladder_id,

        -- strings
        rungs.breakdown,
        rungs.breakdown_value,

        -- numerics
        rungs.order_number,
        cast(rungs.reached_count as bigint) as reached_customers_count,
        cast(rungs.followed_count as bigint) as next_customers_count,
        rungs.followed_count / cast(rungs.reached_count as double) as naive_next_order_rate,
        {{ wilson_limit('rungs.followed_count', 'rungs.reached_count', -1) }} as naive_next_order_rate_lower,
        {{ wilson_limit('rungs.followed_count', 'rungs.reached_count', 1) }} as naive_next_order_rate_upper,
        cast(rungs.mature_count as bigint) as mature_customers_count,
        cast(rungs.mature_followed_count as bigint) as mature_next_customers_count,
        rungs.mature_followed_count / nullif(cast(rungs.mature_count as double), 0) as window_next_order_rate,
        {{ wilson_limit('rungs.mature_followed_count', 'rungs.mature_count', -1) }} as window_next_order_rate_lower,
        {{ wilson_limit('rungs.mature_followed_count', 'rungs.mature_count', 1) }} as window_next_order_rate_upper,
        coalesce(told.share, 0) as next_order_rate,
        coalesce(told.lower_limit, 0) as next_order_rate_lower,
        coalesce(told.upper_limit, {{ wilson_limit('0', 'rungs.reached_count', 1) }}) as next_order_rate_upper,
        rungs.watched_days,
        rungs.p25_days_to_next_order,
        rungs.p50_days_to_next_order,
        rungs.p50_days_to_next_order_lower,
        rungs.p50_days_to_next_order_upper,
        rungs.p75_days_to_next_order
    from rungs
    left join curves_with_limits as told
        on
            rungs.breakdown = told.breakdown
            and rungs.breakdown_value = told.breakdown_value
            and rungs.order_number = told.order_number
            and rungs.told_days = told.days

)

select * from order_ladder
