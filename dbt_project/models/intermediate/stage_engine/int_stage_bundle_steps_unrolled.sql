-- What the rules that act together at one instant do, rule by rule, from each stage on; a step that leads nowhere is
-- here too. Bundles are few: they grow with the dictionary, not with history.
-- One row per lifecycle id, bundle, start number (0 is outside) and step.
with

stage_instants_bundled as (

    select * from {{ ref('int_stage_instants_bundled') }}

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

rules_of_bundles as (

    select
        bundles.bundle,
        rules.*,
        row_number() over (
            partition by bundles.lifecycle_id, bundles.bundle
            order by rules.rule_number
        ) as step_number
    from bundles
    inner join stage_rules_compiled as rules
        on
            bundles.lifecycle_id = rules.lifecycle_id
            and (bundles.bundle & rules.rule_bit) > 0

),

paths as (

    select
        rules_of_bundles.lifecycle_id,
        rules_of_bundles.bundle,
        starts.start_number,
        {{ fold_transition_maps('rules_of_bundles.transition_map', 'rules_of_bundles.step_number',
            'starts.start_number') }} as stage_path
    from rules_of_bundles
    cross join starts
    group by rules_of_bundles.lifecycle_id, rules_of_bundles.bundle, starts.start_number

),

stage_bundle_steps_unrolled as (

    select
        rules_of_bundles.lifecycle_id,
        rules_of_bundles.bundle,
        rules_of_bundles.rule_id,
        rules_of_bundles.within_seconds_of_entry,
        rules_of_bundles.step_number,
        paths.start_number,
        {{ array_element('paths.stage_path', 'rules_of_bundles.step_number') }} as from_number,
        {{ array_element('paths.stage_path', 'rules_of_bundles.step_number + 1') }} as to_number
    from rules_of_bundles
    inner join paths
        on
            rules_of_bundles.lifecycle_id = paths.lifecycle_id
            and rules_of_bundles.bundle = paths.bundle

)

select * from stage_bundle_steps_unrolled
