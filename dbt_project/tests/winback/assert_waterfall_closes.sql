{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_waterfall"}}}) }}
-- Judged is eligible and those whom each rule drops first; what the last rule leaves is the list; and a rule's
-- marginal effect is counted anew from the reasons.
with

totals as (

    select
        count(*) as judged_count,
        count(case when is_eligible then 1 end) as eligible_count
    from {{ ref('rpt_winback_eligibility') }}

),

rules_added as (

    select
        sum(primary_count) as dropped_count,
        min(remaining_count) as left_count,
        min(judged_count) as least_judged_count,
        max(judged_count) as most_judged_count,
        min(eligible_count) as least_eligible_count,
        max(eligible_count) as most_eligible_count
    from {{ ref('rpt_winback_waterfall') }}

),

alone as (

    select
        waterfall.rule_id,
        waterfall.marginal_count,
        count(judged.customer_id) as counted
    from {{ ref('rpt_winback_waterfall') }} as waterfall
    left join {{ ref('rpt_winback_eligibility') }} as judged
        on waterfall.rule_id = judged.exclusion_reasons
    group by waterfall.rule_id, waterfall.marginal_count

)

select
    'the whole' as rule_id,
    totals.judged_count as expected_count,
    totals.eligible_count + rules_added.dropped_count as found_count
from totals
cross join rules_added
where
    totals.judged_count != totals.eligible_count + rules_added.dropped_count
    or totals.judged_count not in (rules_added.least_judged_count, rules_added.most_judged_count)
    or totals.eligible_count not in (rules_added.least_eligible_count, rules_added.most_eligible_count)
    or totals.eligible_count != rules_added.left_count
union all
select
    rule_id,
    counted,
    marginal_count
from alone
where counted != marginal_count
