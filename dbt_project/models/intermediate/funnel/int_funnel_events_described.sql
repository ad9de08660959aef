{# Read for few of its rows each time: joined to the events that are asked for, it need not be written down. #}
{{ config(materialized='view') }}
-- What is known of an event or a stage entry beside its instant: whom it concerns, and the properties that a funnel may
-- be broken down by. Walks are sorted without them, since each would weigh on every sort.
-- One row per event id.
with

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

funnel_events_described as (

    select
        event_id,
        customer_id,
        channel,
        campaign_id,
        owner_id,
        function_code,
        direction,
        detail,
        occurred_at
    from customer_events
    union all
    select
        transition_id,
        customer_id,
        cast(null as string),
        cast(null as string),
        cast(null as string),
        cast(null as string),
        cast(null as string),
        cast(null as string),
        occurred_at
    from stage_transitions

)

select * from funnel_events_described
