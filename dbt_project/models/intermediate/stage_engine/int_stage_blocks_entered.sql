-- In which stage, and since when, an entity enters each block of its instants, for lives of more than one block.
-- One row per life number and block number.
with

stage_blocks_gathered as (

    select * from {{ ref('int_stage_blocks_gathered') }}

),

long_lives as (

    select life_number
    from stage_blocks_gathered
    group by life_number
    having count(*) > 1

),

blocks as (

    select
        gathered.life_number,
        gathered.block_number,
        gathered.instants,
        row_number() over (
            partition by gathered.life_number
            order by gathered.block_number
        ) as block_rank
    from stage_blocks_gathered as gathered
    inner join long_lives
        on gathered.life_number = long_lives.life_number

),

states as (

    select
        life_number,
        {{ fold_blocks('instants', 'block_rank') }} as states
    from blocks
    group by life_number

),

stage_blocks_entered as (

    select
        blocks.life_number,
        blocks.block_number,
        {{ array_element('states.states', 'blocks.block_rank') }} as state
    from blocks
    inner join states
        on blocks.life_number = states.life_number

)

select * from stage_blocks_entered
