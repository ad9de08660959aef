{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Who converts has entered, who enters has started; who is lost here did not convert here.
select *
from {{ ref('rpt_funnel_conversion') }}
where
    entered_count > started_count
    or converted_count + lost_count > entered_count
    or mature_count > entered_count
    or mature_converted_count > least(mature_count, converted_count)
