-- The stages of each lifecycle: what each means, who owns it, what is to be done in it.
-- One row per lifecycle id and stage.
with

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

stages as (

    select
        -- ids
        {{ surrogate_key(['lifecycle_id', 'stage']) }} as stage_id,
        lifecycle_id,

        -- strings
        stage,
        generic_stage,
        kind as stage_kind,
        process_group,
        owner_team,
        task,
        definition,

        -- numerics
        cast(stage_code as integer) as stage_code,
        cast(stage_order as integer) as stage_order,
        cast(max_days as integer) as max_days,

        -- booleans
        cast(allow_skip as boolean) as is_skippable
    from lifecycle_stages

)

select * from stages
