-- Each customer whom a campaign, or one of several, touched: whether a conversion followed within the window.
-- Where only the n-th event is a conversion, who had converted before cannot do so again and is not watched.
-- One row per conversion id, scope type, scope campaign id, target type and customer id.
with

attribution_touches_found as (

    select * from {{ ref('int_attribution_touches_found') }}

),

attribution_conversions_found as (

    select * from {{ ref('int_attribution_conversions_found') }}

),

attribution_conversions as (

    select * from {{ ref('attribution_conversions') }}

),

campaign_scopes_listed as (

    select * from {{ ref('int_campaign_scopes_listed') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

first_touches as (

    select
        touches.conversion_id,
        scopes.scope_type,
        scopes.scope_campaign_id,
        scopes.target_type,
        touches.customer_id,
        min(touches.touched_at) as touched_at
    from attribution_touches_found as touches
    inner join campaign_scopes_listed as scopes
        on touches.campaign_id = scopes.campaign_id
    group by
        touches.conversion_id, scopes.scope_type, scopes.scope_campaign_id, scopes.target_type, touches.customer_id

),

touches_with_end as (

    select
        first_touches.*,
        attribution_conversions.event_number,
        {{ dbt.dateadd('day', 'attribution_conversions.window_days', 'first_touches.touched_at') }} as window_ends_at
    from first_touches
    inner join attribution_conversions
        on first_touches.conversion_id = attribution_conversions.conversion_id

),

conversions_around as (

    select
        touches_with_end.conversion_id,
        touches_with_end.scope_type,
        touches_with_end.scope_campaign_id,
        touches_with_end.target_type,
        touches_with_end.customer_id,
        touches_with_end.event_number,
        touches_with_end.touched_at,
        touches_with_end.window_ends_at,
        count(case when conversions.converted_at < touches_with_end.touched_at then 1 end) as before_count,
        count(
            case
                when
                    conversions.converted_at >= touches_with_end.touched_at
                    and conversions.converted_at <= touches_with_end.window_ends_at
                    then 1
            end
        ) as within_count
    from touches_with_end
    left join attribution_conversions_found as conversions
        on
            touches_with_end.conversion_id = conversions.conversion_id
            and touches_with_end.customer_id = conversions.customer_id
    group by
        touches_with_end.conversion_id,
        touches_with_end.scope_type,
        touches_with_end.scope_campaign_id,
        touches_with_end.target_type,
        touches_with_end.customer_id,
        touches_with_end.event_number,
        touches_with_end.touched_at,
        touches_with_end.window_ends_at

),

campaign_touches_followed as (

    select
        around.conversion_id,
        around.scope_type,
        around.scope_campaign_id,
        around.target_type,
        around.customer_id,
        around.window_ends_at <= build_clocks_resolved.as_of as is_mature,
        around.within_count > 0 as has_converted,
        around.touched_at
    from conversions_around as around
    cross join build_clocks_resolved
    where around.event_number is null or around.before_count = 0

)

select * from campaign_touches_followed
