-- The lives to work out in this build: those that heard something else than what their kept moves rest on, or are
-- new; on an engine that keeps nothing between builds, all. The stage engine knows each by a number, which costs less
-- to sort and join than two texts.
-- One row per life number.
with

stage_lives_heard as (

    select * from {{ ref('int_stage_lives_heard') }}

),

recorded_stage_lives as (

    select * from {{ source('landing', 'recorded_stage_lives') }}

),

stage_lives_numbered as (

    select
        row_number() over (order by heard.lifecycle_id, heard.entity_id) as life_number,
        heard.lifecycle_id,
        heard.entity_type,
        heard.entity_id,
        heard.customer_id,
        heard.heard_hash
    from stage_lives_heard as heard
    left join recorded_stage_lives as recorded
        on
            heard.lifecycle_id = recorded.lifecycle_id
            and heard.entity_id = recorded.entity_id
            and heard.heard_hash = recorded.heard_hash
    where recorded.heard_hash is null

)

select * from stage_lives_numbered
