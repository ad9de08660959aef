-- How far ahead of as_of upcoming transitions are told: a silence that nothing breaks will be complete on a day that is
-- known today.
-- One row.
with

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

stage_horizons_resolved as (

    select
        {{ dbt.dateadd('day', 'cast(thresholds.threshold_value as int)', 'build_clocks_resolved.as_of') }}
            as horizon_at
    from build_clocks_resolved
    inner join thresholds
        on thresholds.threshold_id = 'upcoming_transitions_days'

)

select * from stage_horizons_resolved
