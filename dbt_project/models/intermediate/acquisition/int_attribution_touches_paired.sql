-- The touches before each conversion, in their order: within its window, and after the customer's conversion before it.
-- Of one instant the touch with the lower event id is the earlier.
-- One row per conversion id, event id of the conversion and event id of the touch.
with

attribution_conversions_found as (

    select * from {{ ref('int_attribution_conversions_found') }}

),

attribution_touches_found as (

    select * from {{ ref('int_attribution_touches_found') }}

),

touches_in_window as (

    select
        conversions.*,
        touches.event_id as touch_event_id,
        touches.channel,
        touches.campaign_id,
        touches.touched_at,
        {{ dbt.datediff(
            'touches.touched_at', 'conversions.converted_at', 'second'
        ) }} / cast(86400 as double) as days_before
    from attribution_conversions_found as conversions
    inner join attribution_touches_found as touches
        on
            conversions.conversion_id = touches.conversion_id
            and conversions.customer_id = touches.customer_id
            and conversions.converted_at >= touches.touched_at
    where
        conversions.event_id != touches.event_id
        and conversions.converted_at
        <= {{ dbt.dateadd('day', 'conversions.window_days', 'touches.touched_at') }}
        and (conversions.previous_converted_at is null or conversions.previous_converted_at < touches.touched_at)

),

attribution_touches_paired as (

    select
        *,
        row_number() over (
            partition by conversion_id, event_id
            order by touched_at, touch_event_id
        ) as touch_number,
        count(*) over (partition by conversion_id, event_id) as touches_count,
        min(days_before) over (partition by conversion_id, event_id) as last_days_before
    from touches_in_window

)

select * from attribution_touches_paired
