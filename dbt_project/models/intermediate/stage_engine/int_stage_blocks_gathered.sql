{%- set block_size = 64 -%}
-- The instants that can matter to an entity's stage, in order, gathered in blocks: of a run of the same bundle only as
-- many as can change anything, where that is at most two. Long lives are cut into blocks, so that folding one costs in
-- proportion to its length.
-- One row per life number and block number.
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
        row_number() over (
            partition by bundled.life_number
            order by bundled.occurred_at, bundled.turn_number, bundled.stated_record_id
        ) as instant_number,
        lag(bundled.bundle, 1, 0) over (
            partition by bundled.life_number
            order by bundled.occurred_at, bundled.turn_number, bundled.stated_record_id
        ) as previous_bundle,
        lag(bundled.bundle, 2, 0) over (
            partition by bundled.life_number
            order by bundled.occurred_at, bundled.turn_number, bundled.stated_record_id
        ) as second_previous_bundle
    from stage_instants_bundled as bundled

),

useful as (

    select
        instants.*,
        compiled.transition_map,
        compiled.moving_starts,
        compiled.within_seconds_of_entry,
        greatest({{ dbt.datediff("timestamp '1900-01-01 00:00:00'", 'instants.occurred_at', 'second') }}, 0)
            as occurred_at_second,
        cast(floor((instants.instant_number - 1) / cast({{ block_size }} as double)) as bigint) as block_number
    from instants
    inner join stage_bundles_compiled as compiled
        on
            instants.lifecycle_id = compiled.lifecycle_id
            and instants.bundle = compiled.bundle
    where
        case compiled.useful_repetitions
            when 0 then false
            when 1 then instants.bundle != instants.previous_bundle
            when 2
                then
                    instants.bundle != instants.previous_bundle
                    or instants.bundle != instants.second_previous_bundle
            else true
        end

),

stage_blocks_gathered as (

    select
        life_number,
        lifecycle_id,
        block_number,
        {{ gather_instants('instant_number') }} as instants
    from useful
    group by life_number, lifecycle_id, block_number

)

select * from stage_blocks_gathered
