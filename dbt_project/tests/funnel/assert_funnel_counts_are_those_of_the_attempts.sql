{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- What the report says of each step is what the attempts say, counted one by one.
with

attempts as (

    select
        funnel_id,
        mode,
        count(*) as entered_count,
        count(step_1_at) as step_1_count,
        count(step_2_at) as step_2_count,
        count(step_3_at) as step_3_count,
        count(step_4_at) as step_4_count,
        count(step_5_at) as step_5_count,
        count(step_6_at) as step_6_count,
        count(step_7_at) as step_7_count,
        count(step_8_at) as step_8_count
    from {{ ref('fct_funnel_attempts') }}
    where not is_excluded
    group by funnel_id, mode

)

select report.*
from {{ ref('rpt_funnel_conversion') }} as report
left join attempts
    on report.funnel_id = attempts.funnel_id and report.mode = attempts.mode
where
    report.cohort_grain = 'all'
    and report.breakdown = 'all'
    and report.measured_from = 'start'
    and (
        report.entered_count is distinct from attempts.entered_count
        or report.converted_count is distinct from case report.step_number
            {% for step in range(1, 9) -%}
                when {{ step }} then attempts.step_{{ step }}_count
            {% endfor %}
        end
    )
