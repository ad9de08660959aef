-- How long stays in a stage last: Kaplan-Meier quantiles, to which whoever is still there adds what is known so far.
-- One row per lifecycle id, stage, segment type and segment.
with

stage_survival_estimated as (

    select * from {{ ref('int_stage_survival_estimated') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

curves as (

    select
        stage_survival_estimated.*,
        stage_survival_estimated.duration_hours / cast(24 as double) as duration_days,
        stages.max_days,
        24 * stages.max_days as max_hours,
        max(
            case
                when stage_survival_estimated.duration_hours <= 24 * stages.max_days
                    then stage_survival_estimated.duration_hours
            end
        ) over (
            partition by
                stage_survival_estimated.lifecycle_id,
                stage_survival_estimated.stage,
                stage_survival_estimated.segment_type,
                stage_survival_estimated.segment
        ) as last_hours_to_max
    from stage_survival_estimated
    inner join stages
        on
            stage_survival_estimated.lifecycle_id = stages.lifecycle_id
            and stage_survival_estimated.stage = stages.stage

),

curves_read as (

    select
        lifecycle_id,
        stage,
        segment_type,
        segment,
        max_days,
        sum(ended_count) as ended_count,
        sum(open_count) as open_count,
        {% for share in [25, 50, 75, 90] -%}
            min(case when survival_rate <= {{ (100 - share) / 100 }} then duration_days end)
                as p{{ share }}_days,
        {% endfor -%}
        min(case when survival_rate_lower <= 0.5 then duration_days end) as p50_days_lower,
        min(case when survival_rate_upper <= 0.5 then duration_days end) as p50_days_upper,
        max_hours is not null and (max(duration_hours) >= max_hours or min(survival_rate) = 0) as is_known_at_max,
        coalesce(max(case when duration_hours = last_hours_to_max then survival_rate end), 1) as rate_at_max,
        max(case when duration_hours = last_hours_to_max then survival_rate_lower end) as rate_at_max_lower,
        max(case when duration_hours = last_hours_to_max then survival_rate_upper end) as rate_at_max_upper,
        sum(case when duration_hours >= max_hours then ended_count + open_count end) as stayed_at_max_count
    from curves
    group by lifecycle_id, stage, segment_type, segment, max_days, max_hours

),

{# Where none has ended by then, the curve has no limits: Wilson's, of all who were watched for so long. #}
stage_durations as (

    select
        -- ids
        lifecycle_id,

        -- strings
        stage,
        segment_type,
        segment,

        -- numerics
        cast(ended_count + open_count as bigint) as stays_count,
        cast(ended_count as bigint) as ended_count,
        cast(open_count as bigint) as open_count,
        p25_days,
        p50_days,
        p50_days_lower,
        p50_days_upper,
        p75_days,
        p90_days,
        max_days,
        case when is_known_at_max then cast(rate_at_max as double) end as survival_at_max_days_rate,
        case
            when is_known_at_max
                then coalesce(rate_at_max_lower, {{ wilson_limit('stayed_at_max_count', 'stayed_at_max_count', -1) }})
        end as survival_at_max_days_rate_lower,
        case when is_known_at_max then coalesce(rate_at_max_upper, 1) end as survival_at_max_days_rate_upper
    from curves_read

)

select * from stage_durations
