-- Each rule as a transition map: a whole function from stage to stage, packed into one integer,
-- four bits a stage; stage 0 is outside. A stage from which the rule does not lead maps to itself.
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

steps as (

    select
        stage_rules.lifecycle_id,
        stage_rules.rule_id,
        stages.stage_number as from_number,
        case
            when
                stage_rules.from_stages = '*'
                or '|' || stage_rules.from_stages || '|' like '%|' || stages.stage || '|%'
                then targets.stage_number
            else stages.stage_number
        end as to_number
    from stage_rules
    inner join stages
        on stage_rules.lifecycle_id = stages.lifecycle_id
    inner join stages as targets
        on
            stage_rules.lifecycle_id = targets.lifecycle_id
            and stage_rules.to_stage = targets.stage

),

maps as (

    select
        lifecycle_id,
        rule_id,
        cast(sum(to_number * cast(power(16, from_number) as bigint)) as bigint) as transition_map
    from steps
    group by lifecycle_id, rule_id

),

stage_rules_compiled as (

    select
        stage_rules.*,
        lifecycles.entity_type,
        maps.transition_map,
        dense_rank() over (
            partition by stage_rules.lifecycle_id
            order by stage_rules.priority
        ) as priority_rank,
        row_number() over (
            partition by stage_rules.lifecycle_id
            order by stage_rules.rule_id
        ) as rule_number
    from stage_rules
    inner join maps
        on
            stage_rules.lifecycle_id = maps.lifecycle_id
            and stage_rules.rule_id = maps.rule_id
    inner join lifecycles
        on stage_rules.lifecycle_id = lifecycles.lifecycle_id

)

select * from stage_rules_compiled
