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

response_channels_ranked as (

    select * from {{ ref('int_response_channels_ranked') }}

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

winback_eligibility as (

    select
        -- ids
        churned.customer_id,

        -- strings
        reasons.primary_reason,
        reasons.primary_exclusion_class,
        reasons.exclusion_reasons,
        response_channels_ranked.channel as recommended_channel,

        -- numerics
        cast(coalesce(churned.orders_count, 0) as bigint) as orders_count,
        churned.value_before_churn,
        cast(churned.refund_rate as double) as refund_rate,
        cast(churned.days_since_last_order as integer) as days_since_last_order,
        cast(churned.open_tickets_count as bigint) as open_tickets_count,
        cast(coalesce(reasons.exclusion_reasons_count, 0) as bigint) as exclusion_reasons_count,

        -- booleans
        reasons.customer_id is null as is_eligible,

        -- timestamps
        churned.last_ordered_at,
        churned.churned_at,
        churned.as_of

    from churned_customers_measured as churned
    left join reasons
        on churned.customer_id = reasons.customer_id
    left join response_channels_ranked
        on
            churned.customer_id = response_channels_ranked.customer_id
            and response_channels_ranked.channel_rank = 1

)

select * from winback_eligibility
