{{ config(meta={"dagster": {"ref": {"name": "stage_rules"}}}) }}
-- A misspelt stage would compile into a rule that never moves anybody, without a word.
with

stages as (

    select
        lifecycle_id,
        stage
    from {{ ref('lifecycle_stages') }}
    union all
    select
        lifecycle_id,
        'outside'
    from {{ ref('lifecycles') }}
    union all
    select
        lifecycle_id,
        '*'
    from {{ ref('lifecycles') }}

),

rules_with_stages as (

    select
        rules.lifecycle_id,
        rules.rule_id,
        rules.to_stage,
        rules.from_stages,
        count(stages.stage) as known_from_stages_count,
        max(case when rules.to_stage = targets.stage then 1 else 0 end) as known_to_stages_count,
        length(rules.from_stages) - length(replace(rules.from_stages, '|', '')) + 1 as from_stages_count
    from {{ ref('stage_rules') }} as rules
    left join stages
        on
            rules.lifecycle_id = stages.lifecycle_id
            and '|' || rules.from_stages || '|' like '%|' || stages.stage || '|%'
    left join {{ ref('lifecycle_stages') }} as targets
        on
            rules.lifecycle_id = targets.lifecycle_id
            and rules.to_stage = targets.stage
    group by rules.lifecycle_id, rules.rule_id, rules.to_stage, rules.from_stages

)

select *
from rules_with_stages
where known_from_stages_count != from_stages_count or known_to_stages_count = 0
