-- Each bundle of rules as one transition map, from which stages it moves at all (a bit each, for it may move away and
-- back within the instant), and how often in a row it can matter: applied so often it leaves every stage where it is,
-- so more of the same in a row may be left out. Where it goes round in a circle, moves away and back, or asks when the
-- stage was entered, every time counts (NULL).
-- One row per lifecycle id and bundle.
with

stage_bundle_steps_unrolled as (

    select * from {{ ref('int_stage_bundle_steps_unrolled') }}

),

ends as (

    select
        *,
        row_number() over (
            partition by lifecycle_id, bundle, start_number
            order by step_number desc
        ) as steps_from_end,
        max(case when from_number != to_number then 1 else 0 end) over (
            partition by lifecycle_id, bundle, start_number
        ) as has_moves
    from stage_bundle_steps_unrolled

),

maps as (

    select
        lifecycle_id,
        bundle,
        max(within_seconds_of_entry) as within_seconds_of_entry,
        cast(sum(to_number * cast(power(16, start_number) as bigint)) as bigint) as transition_map,
        cast(sum(has_moves * cast(power(2, start_number) as bigint)) as bigint) as moving_starts,
        max(case when start_number = to_number then has_moves else 0 end) as has_round_trips
    from ends
    where steps_from_end = 1
    group by lifecycle_id, bundle

),

repetitions as (

    select cast(generated_number as bigint) as repetition
    from ({{ dbt.generate_series(15) }}) as series

),

paths as (

    select
        maps.lifecycle_id,
        maps.bundle,
        ends.start_number,
        {{ fold_transition_maps('maps.transition_map', 'repetitions.repetition', 'ends.start_number') }} as stage_path
    from maps
    inner join ends
        on
            maps.lifecycle_id = ends.lifecycle_id
            and maps.bundle = ends.bundle
            and ends.steps_from_end = 1
    cross join repetitions
    group by maps.lifecycle_id, maps.bundle, ends.start_number

),

settled as (

    select
        paths.lifecycle_id,
        paths.bundle,
        paths.start_number,
        min(repetitions.repetition) - 1 as repetitions_count
    from paths
    left join repetitions
        on
            {{ array_element('paths.stage_path', 'repetitions.repetition') }}
            = {{ array_element('paths.stage_path', 'repetitions.repetition + 1') }}
    group by paths.lifecycle_id, paths.bundle, paths.start_number

),

stage_bundles_compiled as (

    select
        maps.lifecycle_id,
        maps.bundle,
        maps.transition_map,
        maps.moving_starts,
        maps.within_seconds_of_entry,
        case
            when
                max(maps.has_round_trips) = 0
                and max(maps.within_seconds_of_entry) is null
                and count(settled.repetitions_count) = count(*)
                then max(settled.repetitions_count)
        end as useful_repetitions
    from maps
    inner join settled
        on
            maps.lifecycle_id = settled.lifecycle_id
            and maps.bundle = settled.bundle
    group by
        maps.lifecycle_id, maps.bundle, maps.transition_map, maps.moving_starts, maps.within_seconds_of_entry

)

select * from stage_bundles_compiled
