-- What the rules that became true did when all of them act in their order: instant, priority, statement, rule id.
-- A rule that changes nothing makes no move. Moves later than as_of are those to come if nothing else happens.
-- One row per move.
with

stage_blocks_gathered as (

    select * from {{ ref('int_stage_blocks_gathered') }}

),

stage_blocks_entered as (

    select * from {{ ref('int_stage_blocks_entered') }}

),

stage_bundle_steps_unrolled as (

    select * from {{ ref('int_stage_bundle_steps_unrolled') }}

),

blocks as (

    select
        gathered.lifecycle_id,
        gathered.entity_id,
        {{ fold_instants('gathered.instants', 'coalesce(entered.state, 0)') }} as passed
    from stage_blocks_gathered as gathered
    left join stage_blocks_entered as entered
        on
            gathered.lifecycle_id = entered.lifecycle_id
            and gathered.entity_id = entered.entity_id
            and gathered.block_number = entered.block_number

),

instants as (

    select
        lifecycle_id,
        entity_id,
        {{ unfold('passed') }} as instant
    from blocks

),

stage_moves_folded as (

    select
        instants.lifecycle_id,
        instants.entity_id,
        instants.instant.occurred_at,
        instants.instant.statement_number,
        steps.rule_id,
        steps.from_number,
        steps.to_number,
        row_number() over (
            partition by instants.lifecycle_id, instants.entity_id
            order by instants.instant.instant_number, steps.step_number
        ) as move_number
    from instants
    inner join stage_bundle_steps_unrolled as steps
        on
            instants.lifecycle_id = steps.lifecycle_id
            and instants.instant.bundle = steps.bundle
            and instants.instant.stage_number = steps.start_number
            and steps.from_number != steps.to_number
    where coalesce(instants.instant.seconds_since_entry <= steps.within_seconds_of_entry, true)

)

select * from stage_moves_folded
