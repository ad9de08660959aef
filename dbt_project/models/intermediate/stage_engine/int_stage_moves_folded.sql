-- What the rules that became true did when all of them act in their order: instant, priority, statement, rule id.
-- A rule that changes nothing makes no move. Moves later than as_of are those to come if nothing else happens.
-- One row per life number and move number.
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
        gathered.life_number,
        gathered.lifecycle_id,
        {{ fold_instants('gathered.instants', 'coalesce(entered.state, 0)') }} as passed
    from stage_blocks_gathered as gathered
    left join stage_blocks_entered as entered
        on
            gathered.life_number = entered.life_number
            and gathered.block_number = entered.block_number

),

instants as (

    select
        life_number,
        lifecycle_id,
        {{ unfold('passed') }} as instant
    from blocks

),

moves as (

    select
        instants.life_number,
        instants.lifecycle_id,
        instants.instant.occurred_at, -- noqa: RF01
        instants.instant.stated_record_id, -- noqa: RF01
        steps.rule_id,
        steps.from_number,
        steps.to_number,
        row_number() over (
            partition by instants.life_number
            order by instants.instant.instant_number, steps.step_number -- noqa: RF01
        ) as move_number,
        lag(instants.instant.occurred_at) over ( -- noqa: RF01
            partition by instants.life_number
            order by instants.instant.instant_number, steps.step_number -- noqa: RF01
        ) as previous_occurred_at,
        lead(instants.instant.occurred_at) over ( -- noqa: RF01
            partition by instants.life_number
            order by instants.instant.instant_number, steps.step_number -- noqa: RF01
        ) as next_occurred_at
    from instants
    inner join stage_bundle_steps_unrolled as steps
        on
            instants.lifecycle_id = steps.lifecycle_id
            and instants.instant.bundle = steps.bundle -- noqa: RF01
            and instants.instant.stage_number = steps.start_number -- noqa: RF01
            and steps.from_number != steps.to_number
    where coalesce(instants.instant.seconds_since_entry <= steps.within_seconds_of_entry, true) -- noqa: RF01

),

stage_moves_folded as (

    select
        *,
        row_number() over (
            partition by life_number, to_number
            order by move_number
        ) as visit_number
    from moves

)

select * from stage_moves_folded
