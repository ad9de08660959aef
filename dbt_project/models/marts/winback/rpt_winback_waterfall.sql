-- How many of those who are judged for win-back each rule keeps off the list: at all, as the first reason, and
-- alone, so that they would be on the list without it; and how many are left after it.
-- One row per rule id.
with

winback_eligibility as (

    select * from {{ ref('rpt_winback_eligibility') }}

),

winback_exclusions_found as (

    select * from {{ ref('int_winback_exclusions_found') }}

),

winback_rules as (

    select * from {{ ref('winback_rules') }}

),

totals as (

    select
        max(plan_id) as plan_id,
        count(*) as judged_count,
        count(case when is_eligible then 1 end) as eligible_count
    from winback_eligibility

),

rules_counted as (

    select
        exclusions.rule_id,
        count(*) as failing_count,
        count(case when winback_eligibility.primary_reason = exclusions.rule_id then 1 end) as primary_count,
        count(case when winback_eligibility.exclusion_reasons_count = 1 then 1 end) as marginal_count,
        sum(case when winback_eligibility.exclusion_reasons_count = 1 then winback_eligibility.value_before_churn end)
            as marginal_value_amount
    from winback_exclusions_found as exclusions
    inner join winback_eligibility
        on exclusions.customer_id = winback_eligibility.customer_id
    group by exclusions.rule_id

),

winback_waterfall as (

    select
        -- ids
        rules.rule_id,
        totals.plan_id,

        -- strings
        rules.exclusion_class,
        rules.measure,
        rules.operator,

        -- numerics
        rules.class_order,
        cast(row_number() over (order by rules.class_order, rules.rule_id) as integer) as rule_number,
        rules.limit_value,
        totals.judged_count,
        coalesce(rules_counted.failing_count, 0) as failing_count,
        coalesce(rules_counted.primary_count, 0) as primary_count,
        coalesce(rules_counted.marginal_count, 0) as marginal_count,
        cast(
            totals.judged_count - sum(coalesce(rules_counted.primary_count, 0)) over (
                order by rules.class_order, rules.rule_id
                rows between unbounded preceding and current row
            ) as bigint
        ) as remaining_count,
        totals.eligible_count,
        cast(coalesce(rules_counted.marginal_value_amount, 0) as decimal(18, 4)) as marginal_value_amount
    from winback_rules as rules
    cross join totals
    left join rules_counted
        on rules.rule_id = rules_counted.rule_id

)

select * from winback_waterfall
