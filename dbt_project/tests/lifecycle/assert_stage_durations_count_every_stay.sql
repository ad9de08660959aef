{{ config(meta={"dagster": {"ref": {"name": "rpt_stage_durations"}}}) }}
-- Every way to tell stays apart counts each stay once; and where all stays have ended, nothing is estimated: the share
-- at the limit is the plain one.
with

stays as (

    select
        intervals.lifecycle_id,
        intervals.stage,
        count(*) as stays_count,
        count(case when intervals.is_current then 1 end) as open_count,
        count(case when intervals.latest_days > stages.max_days then 1 end) as stayed_count
    from {{ ref('fct_stage_intervals') }} as intervals
    inner join {{ ref('dim_stages') }} as stages
        on intervals.lifecycle_id = stages.lifecycle_id and intervals.stage = stages.stage
    group by intervals.lifecycle_id, intervals.stage

),

durations as (

    select
        lifecycle_id,
        stage,
        segment_type,
        sum(stays_count) as stays_count,
        sum(open_count) as open_count,
        max(case when segment_type = 'all' then survival_at_max_days_rate end) as survival_at_max_days_rate
    from {{ ref('rpt_stage_durations') }}
    group by lifecycle_id, stage, segment_type

),

segment_types as (

    select distinct
        lifecycle_id,
        segment_type
    from durations

)

select
    stays.*,
    segment_types.segment_type,
    durations.survival_at_max_days_rate
from stays
inner join segment_types
    on stays.lifecycle_id = segment_types.lifecycle_id
left join durations
    on
        stays.lifecycle_id = durations.lifecycle_id
        and stays.stage = durations.stage
        and segment_types.segment_type = durations.segment_type
where
    stays.stays_count is distinct from durations.stays_count
    or stays.open_count is distinct from durations.open_count
    or (
        stays.open_count = 0
        and abs(durations.survival_at_max_days_rate - stays.stayed_count / cast(stays.stays_count as double)) > 1e-9
    )
