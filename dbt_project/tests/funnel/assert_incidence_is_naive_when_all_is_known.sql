{{ config(meta={"dagster": {"ref": {"name": "rpt_funnel_conversion"}}}) }}
-- Where nobody is open, nothing is censored, and cumulative incidence says what a plain share says (definitions 3.3).
select *
from {{ ref('rpt_funnel_conversion') }}
where open_count = 0 and abs(cumulative_incidence_rate - naive_rate) > 1e-9
