{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Every attempt began in one month through one channel, so each way of counting gives the same total.
with

totals as (

    select
        funnel_id,
        step_number,
        cohort_grain,
        breakdown,
        sum(started_count) as started_count,
        sum(entered_count) as entered_count,
        sum(converted_count) as converted_count,
        sum(lost_count) as lost_count,
        sum(mature_count) as mature_count
    from {{ ref('rpt_funnel_conversion') }}
    group by funnel_id, step_number, cohort_grain, breakdown

)

select parts.*
from totals as parts
left join totals as wholes
    on
        parts.funnel_id = wholes.funnel_id
        and parts.step_number = wholes.step_number
        and wholes.cohort_grain = 'all'
        and wholes.breakdown = 'all'
where
    parts.started_count is distinct from wholes.started_count
    or parts.entered_count is distinct from wholes.entered_count
    or parts.converted_count is distinct from wholes.converted_count
    or parts.lost_count is distinct from wholes.lost_count
    or parts.mature_count is distinct from wholes.mature_count
