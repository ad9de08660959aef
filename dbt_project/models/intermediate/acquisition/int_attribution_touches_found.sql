-- Each event that the dictionary counts as a touch before a conversion, with the channel and campaign to be credited.
-- One row per conversion id and event id.
with

attribution_touches as (

    select * from {{ ref('attribution_touches') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

campaigns as (

    select * from {{ ref('dim_campaigns') }}

),

attribution_touches_found as (

    select
        attribution_touches.conversion_id,
        customer_events.event_id,
        customer_events.customer_id,
        customer_events.campaign_id,
        coalesce(customer_events.channel, campaigns.channel, 'unknown') as channel,
        customer_events.occurred_at as touched_at
    from attribution_touches
    inner join customer_events
        on attribution_touches.event_type = customer_events.event_type
    left join campaigns
        on customer_events.campaign_id = campaigns.campaign_id
    where
        customer_events.customer_id is not null
        and case attribution_touches.named_by
            when 'channel' then customer_events.channel is not null
            when 'campaign' then customer_events.campaign_id is not null
        end
        and (
            attribution_touches.function_codes is null
            or {{ is_listed('customer_events.function_code', 'attribution_touches.function_codes') }}
        )

)

select * from attribution_touches_found
