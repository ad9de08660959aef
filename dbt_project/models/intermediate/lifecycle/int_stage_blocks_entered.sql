-- In which stage, and since when, an entity enters each block of its instants, for lives of more than one block.
-- One row per lifecycle id, entity id and block number.
with

stage_blocks_gathered as (

    select * from {{ ref('int_stage_blocks_gathered') }}

),

blocks as (

    select
        *,
        row_number() over (partition by lifecycle_id, entity_id order by block_number) as block_rank,
        count(*) over (partition by lifecycle_id, entity_id) as blocks_count
    from stage_blocks_gathered

),

lives as (

    select
        lifecycle_id,
        entity_id,
        {{ fold_blocks('instants', 'block_rank') }} as states
    from blocks
    where blocks_count > 1
    group by lifecycle_id, entity_id

),

stage_blocks_entered as (

    select
        blocks.lifecycle_id,
        blocks.entity_id,
        blocks.block_number,
        {{ array_element('lives.states', 'blocks.block_rank') }} as state
    from blocks
    inner join lives
        on
            blocks.lifecycle_id = lives.lifecycle_id
            and blocks.entity_id = lives.entity_id

)

select * from stage_blocks_entered
