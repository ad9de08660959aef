-- The rules that became true for an entity at one instant, in the order in which they act: priority, then the
-- order in which a source stated them, then rule id. One text stands for one such sequence.
-- One row per lifecycle id, entity id and instant.
with

stage_candidates_found as (

    select * from {{ ref('int_stage_candidates_found') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

candidates_in_order as (

    select
        candidates.lifecycle_id,
        candidates.entity_id,
        candidates.occurred_at,
        {{ action_code() }} as action_code
    from stage_candidates_found as candidates
    inner join stage_rules_compiled as rules
        on
            candidates.lifecycle_id = rules.lifecycle_id
            and candidates.rule_id = rules.rule_id

),

stage_instants_bundled as (

    select
        lifecycle_id,
        entity_id,
        occurred_at,
        {{ ordered_list('cast(action_code as ' ~ dbt.type_string() ~ ')', 'action_code') }} as bundle
    from candidates_in_order
    group by lifecycle_id, entity_id, occurred_at

)

select * from stage_instants_bundled
