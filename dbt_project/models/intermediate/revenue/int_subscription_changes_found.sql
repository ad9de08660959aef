-- By how much the recurring amount of each subscription changed, and when, up to as_of: from its start to its end,
-- which is exclusive, it is worth what the source states last; changes in between are taken back from there.
-- Where the changes would leave less than nothing at any time they contradict the amount, and are not believed.
-- One row per subscription id and instant; amounts are in the reporting currency.
with

subscriptions_attributed as (

    select * from {{ ref('int_subscriptions_attributed') }}

),

subscription_events as (

    select * from {{ ref('stg_orders__subscription_events') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

changes_within as (

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.plan,
        subscriptions.mrr_amount,
        events.occurred_at as changed_at,
        cast(sum(
            {{ in_reporting_currency('events.mrr_change_amount', 'subscriptions.reporting_rate') }}
        ) as decimal(18, 4)) as change_amount
    from subscriptions_attributed as subscriptions
    inner join subscription_events as events
        on
            subscriptions.subscription_id = events.subscription_id
            and subscriptions.started_at < events.occurred_at
            and coalesce(subscriptions.ended_at > events.occurred_at, true)
    group by
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.plan,
        subscriptions.mrr_amount,
        events.occurred_at

),

changes_with_amount as (

    select
        *,
        mrr_amount - sum(change_amount) over (
            partition by subscription_id
            order by changed_at desc
            rows between unbounded preceding and current row
        ) as amount_before,
        mrr_amount - sum(change_amount) over (partition by subscription_id) as start_amount
    from changes_within

),

contradictions as (

    select distinct subscription_id
    from changes_with_amount
    where amount_before < 0

),

changes_believed as (

    select changes_with_amount.*
    from changes_with_amount
    left join contradictions
        on changes_with_amount.subscription_id = contradictions.subscription_id
    where contradictions.subscription_id is null

),

starts as (

    select
        subscription_id,
        max(start_amount) as start_amount
    from changes_believed
    group by subscription_id

),

changes as (

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.plan,
        subscriptions.started_at as changed_at,
        coalesce(starts.start_amount, subscriptions.mrr_amount) as change_amount
    from subscriptions_attributed as subscriptions
    left join starts
        on subscriptions.subscription_id = starts.subscription_id
    union all
    select
        subscription_id,
        customer_id,
        plan,
        changed_at,
        change_amount
    from changes_believed
    union all
    select
        subscription_id,
        customer_id,
        plan,
        ended_at,
        -mrr_amount
    from subscriptions_attributed
    where ended_at is not null

),

subscription_changes_found as (

    select
        changes.subscription_id,
        changes.customer_id,
        changes.plan,
        changes.changed_at,
        cast(sum(changes.change_amount) as decimal(18, 4)) as change_amount
    from changes
    inner join build_clocks_resolved
        on changes.changed_at <= build_clocks_resolved.as_of
    group by changes.subscription_id, changes.customer_id, changes.plan, changes.changed_at

)

select * from subscription_changes_found
