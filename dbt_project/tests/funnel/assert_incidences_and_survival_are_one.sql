{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_survival"}}}) }}
-- At every duration the shares that converted, were lost, ran out of time and are open add up to 1, and none of the
-- first three ever falls (definitions 3.3).
with

curves as (

    select
        funnel_survival_id,
        open_rate + converted_rate + lost_rate + expired_rate as whole,
        converted_rate,
        lost_rate,
        expired_rate,
        lag(converted_rate) over (
            partition by funnel_id, mode, step_number, measured_from, breakdown, breakdown_value order by days
        ) as converted_rate_before,
        lag(lost_rate) over (
            partition by funnel_id, mode, step_number, measured_from, breakdown, breakdown_value order by days
        ) as lost_rate_before,
        lag(expired_rate) over (
            partition by funnel_id, mode, step_number, measured_from, breakdown, breakdown_value order by days
        ) as expired_rate_before
    from {{ ref('rpt_funnel_survival') }}

)

select *
from curves
where
    abs(whole - 1) > 1e-9
    or converted_rate < converted_rate_before - 1e-9
    or lost_rate < lost_rate_before - 1e-9
    or expired_rate < expired_rate_before - 1e-9
