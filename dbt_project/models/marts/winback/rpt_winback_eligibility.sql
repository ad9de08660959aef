-- Every customer who is churned at as_of: may we recall it, and if not, why not, for every reason.
-- Reasons stand in the order of their classes: identity, consent, relevance, interest, contact policy, economics.
-- One row per customer id.
with

churned_customers_measured as (

    select * from {{ ref('int_churned_customers_measured') }}

),

winback_exclusions_found as (

    select * from {{ ref('int_winback_exclusions_found') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

exclusions_ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by class_order, rule_id
        ) as reason_rank
    from winback_exclusions_found

),

reasons as (

    select
        customer_id,
        max(case when reason_rank = 1 then rule_id end) as primary_reason,
        max(case when reason_rank = 1 then exclusion_class end) as primary_exclusion_class,
        {{ ordered_list('rule_id', 'reason_rank') }} as exclusion_reasons,
        count(*) as exclusion_reasons_count
    from exclusions_ranked
    group by customer_id

),

responses_counted as (

    select
        customer_id,
        channel,
        count(*) as responses_count
    from customer_events
    where
        event_type in ('message_opened', 'message_clicked')
        and channel is not null
    group by customer_id, channel

),

best_channels as (

    select
        customer_id,
        channel,
        row_number() over (
            partition by customer_id
            order by responses_count desc, channel
        ) as channel_rank
    from responses_counted

),

winback_eligibility as (

    select
        -- ids
        churned.customer_id,

        -- strings
        reasons.primary_reason,
        reasons.primary_exclusion_class,
        reasons.exclusion_reasons,
        best_channels.channel as recommended_channel,

        -- numerics
        cast(churned.orders_count as integer) as orders_count,
        churned.value_before_churn,
        churned.refund_rate,
        cast(churned.days_since_last_order as integer) as days_since_last_order,
        cast(churned.open_tickets_count as integer) as open_tickets_count,
        cast(coalesce(reasons.exclusion_reasons_count, 0) as integer) as exclusion_reasons_count,

        -- booleans
        reasons.customer_id is null as is_eligible,

        -- timestamps
        churned.last_ordered_at,
        churned.churned_at,
        churned.as_of

    from churned_customers_measured as churned
    left join reasons
        on churned.customer_id = reasons.customer_id
    left join best_channels
        on
            churned.customer_id = best_channels.customer_id
            and best_channels.channel_rank = 1

)

select * from winback_eligibility
