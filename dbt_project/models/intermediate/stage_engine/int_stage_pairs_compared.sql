-- How each stage lies to each other one: its direction and how many progress stages a move leaves out.
-- Into a dormant or terminal stage is backward, out of one into progress forward; else the order decides.
-- One row per lifecycle id, from stage and to stage.
with

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

stages as (

    select
        lifecycle_id,
        stage,
        stage_number,
        stage_order,
        kind
    from lifecycle_stages
    union all
    select
        lifecycle_id,
        'outside',
        0,
        0,
        'outside'
    from lifecycles

),

pairs as (

    select
        befores.lifecycle_id,
        befores.stage as from_stage,
        befores.stage_number as from_number,
        befores.stage_order as from_order,
        afters.stage as to_stage,
        afters.stage_number as to_number,
        afters.stage_order as to_order,
        befores.kind as from_kind,
        afters.kind as to_kind
    from stages as befores
    inner join stages as afters
        on
            befores.lifecycle_id = afters.lifecycle_id
            and befores.stage_number != afters.stage_number
    where afters.stage_number != 0

),

pairs_with_skips as (

    select
        pairs.lifecycle_id,
        pairs.from_number,
        pairs.to_number,
        count(*) as skipped_stages_count
    from pairs
    inner join stages
        on
            pairs.lifecycle_id = stages.lifecycle_id
            and pairs.to_kind = 'progress'
            and stages.kind = 'progress'
            and pairs.from_order < stages.stage_order
            and pairs.to_order > stages.stage_order
    group by pairs.lifecycle_id, pairs.from_number, pairs.to_number

),

stage_pairs_compared as (

    select
        pairs.lifecycle_id,
        lifecycles.entity_type,
        pairs.from_stage,
        pairs.from_number,
        pairs.to_stage,
        pairs.to_number,
        case
            when pairs.to_kind != 'progress' then 'backward'
            when pairs.from_kind != 'progress' or pairs.to_order > pairs.from_order then 'forward'
            when pairs.to_order < pairs.from_order then 'backward'
            else 'lateral'
        end as direction,
        coalesce(pairs_with_skips.skipped_stages_count, 0) as skipped_stages_count
    from pairs
    inner join lifecycles
        on pairs.lifecycle_id = lifecycles.lifecycle_id
    left join pairs_with_skips
        on
            pairs.lifecycle_id = pairs_with_skips.lifecycle_id
            and pairs.from_number = pairs_with_skips.from_number
            and pairs.to_number = pairs_with_skips.to_number

)

select * from stage_pairs_compared
