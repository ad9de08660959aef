-- What all subscriptions of a customer together were worth a month before and after each change. What is added beside
-- all that is kept, a further plan, is `added_amount`; where something falls away at the same instant, it is replaced.
-- One row per customer id and instant; amounts are in the reporting currency.
with

subscription_changes_found as (

    select * from {{ ref('int_subscription_changes_found') }}

),

plan_changes as (

    select
        customer_id,
        plan,
        changed_at,
        sum(change_amount) as change_amount
    from subscription_changes_found
    group by customer_id, plan, changed_at

),

plan_levels as (

    select
        *,
        sum(change_amount) over (
            partition by customer_id, plan
            order by changed_at
            rows between unbounded preceding and current row
        ) as level_amount
    from plan_changes

),

instants as (

    select
        customer_id,
        changed_at,
        sum(change_amount) as change_amount,
        sum(case when level_amount = change_amount then change_amount else 0 end) as begun_amount,
        sum(case when change_amount < 0 then change_amount else 0 end) as ended_amount
    from plan_levels
    group by customer_id, changed_at

),

subscription_steps_summed as (

    select
        customer_id,
        changed_at,
        cast(coalesce(sum(change_amount) over (
            partition by customer_id
            order by changed_at
            rows between unbounded preceding and 1 preceding
        ), 0) as decimal(18, 4)) as amount_before,
        cast(sum(change_amount) over (
            partition by customer_id
            order by changed_at
            rows between unbounded preceding and current row
        ) as decimal(18, 4)) as amount_after,
        cast(case when ended_amount = 0 then begun_amount else 0 end as decimal(18, 4)) as added_amount
    from instants

)

select * from subscription_steps_summed
