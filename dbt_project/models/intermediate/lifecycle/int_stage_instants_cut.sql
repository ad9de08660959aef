{%- set block_size = 64 -%}
-- The instants that can matter to an entity's stage, numbered: of a run of the same sequence of rules only as many as
-- can change anything. Long lives are cut into blocks, so that folding one costs in proportion to its length.
-- One row per lifecycle id, entity id and instant.
with

stage_instants_bundled as (

    select * from {{ ref('int_stage_instants_bundled') }}

),

stage_bundles_compiled as (

    select * from {{ ref('int_stage_bundles_compiled') }}

),

instants as (

    select
        bundled.*,
        compiled.transition_map,
        compiled.useful_repetitions,
        row_number() over (
            partition by bundled.lifecycle_id, bundled.entity_id
            order by bundled.occurred_at
        ) as instant_number,
        lag(bundled.bundle) over (
            partition by bundled.lifecycle_id, bundled.entity_id
            order by bundled.occurred_at
        ) as previous_bundle
    from stage_instants_bundled as bundled
    inner join stage_bundles_compiled as compiled
        on
            bundled.lifecycle_id = compiled.lifecycle_id
            and bundled.bundle = compiled.bundle

),

runs as (

    select
        *,
        max(case when bundle != coalesce(previous_bundle, '') then instant_number end) over (
            partition by lifecycle_id, entity_id
            order by instant_number
        ) as run_start_number
    from instants

),

useful as (

    select
        lifecycle_id,
        entity_id,
        occurred_at,
        bundle,
        transition_map,
        row_number() over (
            partition by lifecycle_id, entity_id
            order by occurred_at
        ) as instant_number
    from runs
    where useful_repetitions is null or instant_number - run_start_number < useful_repetitions

),

stage_instants_cut as (

    select
        *,
        cast(floor((instant_number - 1) / cast({{ block_size }} as double)) as bigint) as block_number
    from useful

)

select * from stage_instants_cut
