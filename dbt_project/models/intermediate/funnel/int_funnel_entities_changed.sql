-- The entities whose attempts are worked out in this build: those that heard something else than what their kept
-- attempts rest on, or are new; on an engine that keeps nothing between builds, all.
-- One row per entity type and entity id.
with

funnel_entities_heard as (

    select * from {{ ref('int_funnel_entities_heard') }}

),

recorded_funnel_entities as (

    select * from {{ source('landing', 'recorded_funnel_entities') }}

),

funnel_entities_changed as (

    select heard.*
    from funnel_entities_heard as heard
    left join recorded_funnel_entities as recorded
        on
            heard.entity_type = recorded.entity_type
            and heard.entity_id = recorded.entity_id
            and heard.heard_hash = recorded.heard_hash
    where recorded.heard_hash is null

)

select * from funnel_entities_changed
