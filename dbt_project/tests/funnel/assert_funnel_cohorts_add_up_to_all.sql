{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Every attempt began in one week and month and has one value of each breakdown, so each way of counting gives the same
-- total.
with

totals as (

    select
        funnel_id,
        mode,
        step_number,
        measured_from,
        cohort_grain,
        breakdown,
        sum(entered_count) as entered_count,
        sum(converted_count) as converted_count,
        sum(lost_count) as lost_count,
        sum(expired_count) as expired_count,
        sum(mature_count) as mature_count,
        sum(mature_converted_count) as mature_converted_count
    from {{ ref('rpt_funnel_conversion') }}
    group by funnel_id, mode, step_number, measured_from, cohort_grain, breakdown

)

select parts.*
from totals as parts
left join totals as wholes
    on
        parts.funnel_id = wholes.funnel_id
        and parts.mode = wholes.mode
        and parts.step_number = wholes.step_number
        and parts.measured_from = wholes.measured_from
        and wholes.cohort_grain = 'all'
        and wholes.breakdown = 'all'
where
    parts.entered_count is distinct from wholes.entered_count
    or parts.converted_count is distinct from wholes.converted_count
    or parts.lost_count is distinct from wholes.lost_count
    or parts.expired_count is distinct from wholes.expired_count
    or parts.mature_count is distinct from wholes.mature_count
    or parts.mature_converted_count is distinct from wholes.mature_converted_count
