-- The plan for which the list is made: the one that starts last. Without plans there is none.
-- One row at most.
with

winback_plans as (

    select * from {{ ref('winback_plans') }}

),

plans_ranked as (

    select
        *,
        row_number() over (order by started_date desc, plan_id asc) as plan_rank
    from winback_plans

),

next_plans_found as (

    select
        plan_id,
        lift_segment_type,
        value_segment_type,
        expected_recall_rate,
        expected_lift,
        cast(expected_second_lifetime_value as double) as expected_second_lifetime_value,
        contact_cost,
        budget_amount
    from plans_ranked
    where plan_rank = 1

)

select * from next_plans_found
