-- Each rule as a transition map: a whole function from stage to stage, packed into one integer,
-- four bits a stage; stage 0 is outside. A stage from which the rule does not lead maps to itself.
-- Rules that follow each other at one instant act in one turn, unless what one does hangs on more than the stage:
-- what a source states acts statement by statement, and a rule that asks when the stage was entered acts alone.
-- One row per lifecycle id and rule id.
with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

stage_hearings_compiled as (

    select * from {{ ref('int_stage_hearings_compiled') }}

),

stages as (

    select
        lifecycle_id,
        stage,
        stage_number
    from lifecycle_stages
    union all
    select
        lifecycle_id,
        'outside',
        0
    from lifecycles

),

maps as (

    select
        stage_rules.lifecycle_id,
        stage_rules.rule_id,
        cast(sum(
            case
                when
                    stage_rules.from_stages = '*'
                    or {{ is_listed('stages.stage', 'stage_rules.from_stages') }}
                    then targets.stage_number
                else stages.stage_number
            end * cast(power(16, stages.stage_number) as bigint)
        ) as bigint) as transition_map
    from stage_rules
    inner join stages
        on stage_rules.lifecycle_id = stages.lifecycle_id
    inner join stages as targets
        on
            stage_rules.lifecycle_id = targets.lifecycle_id
            and stage_rules.to_stage = targets.stage
    group by stage_rules.lifecycle_id, stage_rules.rule_id

),

rules_with_hearing as (

    select
        stage_rules.*,
        maps.transition_map,
        own.hearing_number,
        preludes.hearing_number as prelude_hearing_number,
        case when own.is_stated then 1 else 0 end as stated_rank,
        case
            when stage_rules.after_event_types is null then cast(stage_rules.within_days as bigint) * 86400
        end as within_seconds_of_entry
    from stage_rules
    inner join maps
        on
            stage_rules.lifecycle_id = maps.lifecycle_id
            and stage_rules.rule_id = maps.rule_id
    inner join stage_hearings_compiled as own
        on
            stage_rules.lifecycle_id = own.lifecycle_id
            and stage_rules.rule_id = own.rule_id
            and not own.is_prelude
    left join stage_hearings_compiled as preludes
        on
            stage_rules.lifecycle_id = preludes.lifecycle_id
            and stage_rules.rule_id = preludes.rule_id
            and preludes.is_prelude

),

rules_in_order as (

    select
        *,
        row_number() over (partition by lifecycle_id order by priority, stated_rank, rule_id) as rule_number,
        case
            when within_seconds_of_entry is not null then 'entry ' || rule_id
            when stated_rank = 1 then 'stated ' || cast(priority as string)
            else 'plain'
        end as turn
    from rules_with_hearing

),

rules_with_previous as (

    select
        *,
        lag(turn) over (partition by lifecycle_id order by rule_number) as previous_turn
    from rules_in_order

),

stage_rules_compiled as (

    select
        *,
        cast(power(2, rule_number - 1) as bigint) as rule_bit,
        sum(case when turn = previous_turn then 0 else 1 end) over (
            partition by lifecycle_id
            order by rule_number
        ) as turn_number
    from rules_with_previous

)

select * from stage_rules_compiled
