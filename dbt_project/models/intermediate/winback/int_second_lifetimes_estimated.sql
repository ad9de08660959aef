-- What a customer brings after coming back, after goods, refunds and service, in the days of each plan: the mean of
-- all returns whose days are over, and of each segment, drawn towards that of all where returns are few.
-- One row per plan id and segment, where `all` is all together.
with

returns_valued as (

    select * from {{ ref('int_returns_valued') }}

),

winback_segments_assigned as (

    select * from {{ ref('int_winback_segments_assigned') }}

),

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

returns_segmented as (

    select
        returns_valued.plan_id,
        winback_segments_assigned.segment,
        returns_valued.contribution_amount - returns_valued.service_cost_amount as value_amount
    from returns_valued
    inner join winback_plans
        on returns_valued.plan_id = winback_plans.plan_id
    inner join winback_segments_assigned
        on
            returns_valued.customer_id = winback_segments_assigned.customer_id
            and returns_valued.returned_at = winback_segments_assigned.measured_at
            and winback_plans.value_segment_type = winback_segments_assigned.segment_type
    where returns_valued.is_mature

),

totals as (

    select
        plan_id,
        count(*) as returns_count,
        cast(sum(value_amount) as double) / count(*) as second_lifetime_value
    from returns_segmented
    group by plan_id

),

segments as (

    select
        plan_id,
        segment,
        count(*) as returns_count,
        cast(sum(value_amount) as double) as value_amount
    from returns_segmented
    group by plan_id, segment

),

second_lifetimes_estimated as (

    select
        plan_id,
        'all' as segment,
        returns_count,
        second_lifetime_value as observed_value,
        second_lifetime_value
    from totals
    union all
    select
        segments.plan_id,
        segments.segment,
        segments.returns_count,
        segments.value_amount / segments.returns_count,
        (segments.value_amount + thresholds.threshold_value * totals.second_lifetime_value)
        / (segments.returns_count + thresholds.threshold_value)
    from segments
    inner join totals
        on segments.plan_id = totals.plan_id
    inner join thresholds
        on thresholds.threshold_id = 'winback_value_shrinkage_returns'

)

select * from second_lifetimes_estimated
