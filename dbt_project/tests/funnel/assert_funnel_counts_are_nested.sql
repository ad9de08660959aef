{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Whoever entered converted, was lost, ran out of time or is still open; who is mature has entered.
select *
from {{ ref('rpt_funnel_conversion') }}
where
    entered_count != converted_count + coalesce(lost_count, 0) + expired_count + open_count
    or mature_count > entered_count
    or mature_converted_count > least(mature_count, converted_count)
