-- What each sequence of rules at one instant does, rule by rule, from each stage on; a step that leads nowhere is
-- here too.
-- One row per lifecycle id, bundle, start number (0 is outside) and step.
with

stage_instants_bundled as (

    select * from {{ ref('int_stage_instants_bundled') }}

),

stage_candidates_found as (

    select * from {{ ref('int_stage_candidates_found') }}

),

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

starts as (

    select cast(generated_number - 1 as bigint) as start_number
    from ({{ dbt.generate_series(15) }}) as series

),

bundles as (

    select distinct
        lifecycle_id,
        bundle
    from stage_instants_bundled

),

actions as (

    select distinct
        candidates.lifecycle_id,
        candidates.rule_id,
        candidates.statement_number,
        rules.transition_map,
        {{ action_code() }} as action_code
    from stage_candidates_found as candidates
    inner join stage_rules_compiled as rules
        on
            candidates.lifecycle_id = rules.lifecycle_id
            and candidates.rule_id = rules.rule_id

),

actions_of_bundles as (

    select
        bundles.bundle,
        actions.*,
        row_number() over (
            partition by bundles.lifecycle_id, bundles.bundle
            order by actions.action_code
        ) as step_number
    from bundles
    inner join actions
        on
            bundles.lifecycle_id = actions.lifecycle_id
            and ',' || bundles.bundle || ',' like '%,' || cast(actions.action_code as string) || ',%'

),

paths as (

    select
        actions_of_bundles.lifecycle_id,
        actions_of_bundles.bundle,
        starts.start_number,
        {{ fold_transition_maps('actions_of_bundles.transition_map', 'actions_of_bundles.step_number',
            'starts.start_number') }} as stage_path
    from actions_of_bundles
    cross join starts
    group by actions_of_bundles.lifecycle_id, actions_of_bundles.bundle, starts.start_number

),

stage_bundle_steps_unrolled as (

    select
        actions_of_bundles.lifecycle_id,
        actions_of_bundles.bundle,
        actions_of_bundles.rule_id,
        actions_of_bundles.statement_number,
        actions_of_bundles.step_number,
        paths.start_number,
        {{ array_element('paths.stage_path', 'actions_of_bundles.step_number') }} as from_number,
        {{ array_element('paths.stage_path', 'actions_of_bundles.step_number + 1') }} as to_number
    from actions_of_bundles
    inner join paths
        on
            actions_of_bundles.lifecycle_id = paths.lifecycle_id
            and actions_of_bundles.bundle = paths.bundle

)

select * from stage_bundle_steps_unrolled
