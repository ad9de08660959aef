-- In which stage an entity enters each block of its instants. The first begins outside; for the others each block
-- but the last is folded from every stage, and the blocks' maps are folded in turn.
-- One row per lifecycle id, entity id and block.
with

stage_instants_cut as (

    select * from {{ ref('int_stage_instants_cut') }}

),

blocks as (

    select
        lifecycle_id,
        entity_id,
        block_number,
        max(block_number) over (partition by lifecycle_id, entity_id) as last_block_number
    from stage_instants_cut
    group by lifecycle_id, entity_id, block_number

),

starts as (

    select cast(generated_number - 1 as bigint) as start_number
    from ({{ dbt.generate_series(15) }}) as series

),

paths_of_starts as (

    select
        instants.lifecycle_id,
        instants.entity_id,
        instants.block_number,
        starts.start_number,
        count(*) as instants_count,
        {{ fold_transition_maps('instants.transition_map', 'instants.instant_number', 'starts.start_number') }}
            as stage_path
    from stage_instants_cut as instants
    inner join blocks
        on
            instants.lifecycle_id = blocks.lifecycle_id
            and instants.entity_id = blocks.entity_id
            and instants.block_number = blocks.block_number
            and blocks.block_number < blocks.last_block_number
    cross join starts
    group by instants.lifecycle_id, instants.entity_id, instants.block_number, starts.start_number

),

block_maps as (

    select
        lifecycle_id,
        entity_id,
        block_number,
        cast(sum(
            {{ array_element('stage_path', 'instants_count + 1') }} * cast(power(16, start_number) as bigint)
        ) as bigint) as transition_map
    from paths_of_starts
    group by lifecycle_id, entity_id, block_number

),

paths_of_blocks as (

    select
        lifecycle_id,
        entity_id,
        {{ fold_transition_maps('transition_map', 'block_number') }} as stage_path
    from block_maps
    group by lifecycle_id, entity_id

),

stage_blocks_entered as (

    select
        blocks.lifecycle_id,
        blocks.entity_id,
        blocks.block_number,
        coalesce(
            {{ array_element('paths_of_blocks.stage_path', 'blocks.block_number + 1') }},
            0
        ) as start_number
    from blocks
    left join paths_of_blocks
        on
            blocks.lifecycle_id = paths_of_blocks.lifecycle_id
            and blocks.entity_id = paths_of_blocks.entity_id

)

select * from stage_blocks_entered
