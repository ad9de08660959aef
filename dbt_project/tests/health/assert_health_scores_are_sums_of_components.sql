{{ config(meta={"dagster": {"ref": {"name": "rpt_customer_health"}}}) }}
-- A health score is the sum of effective weight times component score; the weights stated, and those in effect
-- wherever anything is known, each add up to 1, and what is passed over has none.
with

summed as (

    select
        customer_id,
        sum(effective_weight * coalesce(component_score, 0)) as summed_score,
        sum(effective_weight) as effective_sum,
        sum(stated_weight) as stated_sum,
        sum(case when component_score is null then effective_weight else 0 end) as passed_over_sum,
        count(component_score) as known_count
    from {{ ref('rpt_health_components') }}
    group by customer_id

)

select
    health.customer_id,
    health.measured_score,
    summed.summed_score,
    summed.effective_sum,
    summed.stated_sum
from {{ ref('rpt_customer_health') }} as health
left join summed
    on health.customer_id = summed.customer_id
where
    (
        summed.customer_id is null
        and not health.is_overridden
        and (not health.is_hidden or health.measured_score is not null)
    )
    or abs(coalesce(health.measured_score, summed.summed_score) - summed.summed_score) > 0.0051
    or abs(summed.stated_sum - 1) > 0.000001
    or (summed.known_count > 0 and abs(summed.effective_sum - 1) > 0.000001)
    or summed.passed_over_sum != 0
    or (health.measured_score is null and health.covered_weight >= 0.5)
