-- The stages of each lifecycle: what each means, who owns it, what is to be done in it, what the next one waits for.
-- One row per lifecycle id and stage.
with

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

stage_rules as (

    select * from {{ ref('dim_stage_rules') }}

),

stage_rule_steps_listed as (

    select * from {{ ref('int_stage_rule_steps_listed') }}

),

-- what lies nearest above comes first; sideways, and from a pause to what lies below it, only where nothing is above
steps_ranked as (

    select
        steps.lifecycle_id,
        steps.from_stage,
        steps.to_stage,
        steps.rule_id,
        row_number() over (
            partition by steps.lifecycle_id, steps.from_stage
            order by
                case when afters.stage_order > befores.stage_order then 1 else 2 end,
                abs(afters.stage_order - befores.stage_order),
                steps.priority,
                afters.stage_number,
                steps.rule_id
        ) as step_rank
    from stage_rule_steps_listed as steps
    inner join lifecycle_stages as befores
        on
            steps.lifecycle_id = befores.lifecycle_id
            and steps.from_stage = befores.stage
    inner join lifecycle_stages as afters
        on
            steps.lifecycle_id = afters.lifecycle_id
            and steps.to_stage = afters.stage
    where befores.kind != 'terminal' and afters.kind = 'progress' and steps.direction in ('forward', 'lateral')

),

stages as (

    select
        -- ids
        {{ surrogate_key(['lifecycle_stages.lifecycle_id', 'lifecycle_stages.stage']) }} as stage_id,
        lifecycle_stages.lifecycle_id,
        steps_ranked.rule_id as next_rule_id,

        -- strings
        lifecycle_stages.stage,
        lifecycle_stages.generic_stage,
        lifecycle_stages.kind as stage_kind,
        lifecycle_stages.process_group,
        lifecycle_stages.owner_team,
        lifecycle_stages.task,
        lifecycle_stages.definition,
        steps_ranked.to_stage as next_stage,
        stage_rules.condition as next_condition,

        -- numerics
        cast(lifecycle_stages.stage_code as integer) as stage_code,
        cast(lifecycle_stages.stage_order as integer) as stage_order,
        cast(lifecycle_stages.max_days as integer) as max_days,

        -- booleans
        cast(lifecycle_stages.allow_skip as boolean) as is_skippable
    from lifecycle_stages
    left join steps_ranked
        on
            lifecycle_stages.lifecycle_id = steps_ranked.lifecycle_id
            and lifecycle_stages.stage = steps_ranked.from_stage
            and steps_ranked.step_rank = 1
    left join stage_rules
        on
            steps_ranked.lifecycle_id = stage_rules.lifecycle_id
            and steps_ranked.rule_id = stage_rules.rule_id

)

select * from stages
