-- Each step from stage to stage that a rule may make, with its direction; a rule that leads from everywhere makes one
-- from every stage but its own.
-- One row per lifecycle id, rule id and from stage.
with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

stage_pairs_compared as (

    select * from {{ ref('int_stage_pairs_compared') }}

),

stage_rule_steps_listed as (

    select
        stage_rules.lifecycle_id,
        stage_rules.rule_id,
        stage_rules.priority,
        pairs.from_stage,
        pairs.to_stage,
        pairs.direction
    from stage_rules
    inner join stage_pairs_compared as pairs
        on
            stage_rules.lifecycle_id = pairs.lifecycle_id
            and stage_rules.to_stage = pairs.to_stage
    where
        stage_rules.from_stages = '*'
        or {{ is_listed('pairs.from_stage', 'stage_rules.from_stages') }}

)

select * from stage_rule_steps_listed
