{{ config(meta={"dagster": {"ref": {"name": "dim_stage_rules"}}}) }}
-- A rule's name explains a move only if the rule, as it is told to readers, leads from where the move began to its end.
select moves.transition_id
from {{ ref('fct_stage_transitions') }} as moves
left join {{ ref('dim_stage_rules') }} as rules
    on
        moves.lifecycle_id = rules.lifecycle_id
        and moves.rule_id = rules.rule_id
        and moves.rule_version = rules.rule_version
        and moves.to_stage = rules.to_stage
where
    rules.rule_id is null
    or (rules.from_stages != '*' and not {{ is_listed('moves.from_stage', 'rules.from_stages') }})
