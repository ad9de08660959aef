-- The stages of a lifecycle in the words of other stage models: each stage has one word in each vocabulary.
-- One row per vocabulary, lifecycle id and stage.
with

stage_crosswalk_rows as (

    select * from {{ ref('stage_crosswalk') }}

),

stage_crosswalk as (

    select
        -- ids
        {{ surrogate_key(['vocabulary', 'lifecycle_id', 'stage']) }} as crosswalk_id,
        lifecycle_id,

        -- strings
        vocabulary,
        stage,
        mapped_stage,
        mapped_name,
        requirement,

        -- numerics
        cast(mapped_order as integer) as mapped_order
    from stage_crosswalk_rows

)

select * from stage_crosswalk
