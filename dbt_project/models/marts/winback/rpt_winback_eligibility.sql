-- Every customer who is judged for win-back at as_of: may we recall it, and if not, why not, for every reason; what
-- that would bring, in which order, how, when and with what offer. Reasons stand in the order of their classes:
-- identity, consent, relevance, interest, contact policy, economics, experiment.
-- One row per customer id.
with

winback_customers_valued as (

    select * from {{ ref('int_winback_customers_valued') }}

),

winback_exclusions_found as (

    select * from {{ ref('int_winback_exclusions_found') }}

),

winback_priorities_ranked as (

    select * from {{ ref('int_winback_priorities_ranked') }}

),

response_channels_ranked as (

    select * from {{ ref('int_response_channels_ranked') }}

),

contact_times_recommended as (

    select * from {{ ref('int_contact_times_recommended') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

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
        valued.customer_id,
        valued.plan_id,
        valued.offer_id,

        -- strings
        valued.lifecycle_stage,
        customers.highest_stage,
        valued.leaving_reason,
        reasons.primary_reason,
        reasons.primary_exclusion_class,
        reasons.exclusion_reasons,
        valued.lift_segment,
        valued.value_segment,
        valued.lift_basis,
        response_channels_ranked.channel as recommended_channel,

        -- numerics
        priorities.priority_number,
        contact_times.recommended_weekday,
        contact_times.recommended_hour,
        cast(valued.contact_points_count as bigint) as contact_points_count,
        cast(valued.orders_count as bigint) as orders_count,
        cast(valued.open_tickets_count as bigint) as open_tickets_count,
        cast(valued.unpaid_invoices_count as bigint) as unpaid_invoices_count,
        cast(valued.negative_signals_count as bigint) as negative_signals_count,
        cast(valued.caps_exceeded_count as bigint) as caps_exceeded_count,
        cast(valued.running_plans_count as bigint) as running_plans_count,
        cast(valued.treatments_in_vain_count as bigint) as treatments_in_vain_count,
        cast(coalesce(reasons.exclusion_reasons_count, 0) as bigint) as exclusion_reasons_count,
        cast(valued.days_since_last_order as integer) as days_since_last_order,
        cast(valued.days_since_last_message as integer) as days_since_last_message,
        cast(valued.refund_rate as double) as refund_rate,
        valued.discount_dependency_rate,
        valued.service_effort_ratio,
        valued.value_before_churn,
        valued.second_lifetime_value,
        valued.expected_recall_rate,
        valued.expected_lift,
        valued.break_even_lift,
        valued.expected_cost_amount,
        valued.expected_net_value,

        -- booleans
        reasons.customer_id is null as is_eligible,
        coalesce(priorities.is_within_budget, false) as is_within_budget,
        valued.has_withdrawn_consent,

        -- timestamps
        valued.last_ordered_at,
        valued.stage_entered_at,
        valued.as_of

    from winback_customers_valued as valued
    inner join customers
        on valued.customer_id = customers.customer_id
    left join reasons
        on valued.customer_id = reasons.customer_id
    left join winback_priorities_ranked as priorities
        on valued.customer_id = priorities.customer_id
    left join response_channels_ranked
        on
            valued.customer_id = response_channels_ranked.customer_id
            and response_channels_ranked.channel_rank = 1
    left join contact_times_recommended as contact_times
        on valued.customer_id = contact_times.customer_id

)

select * from winback_eligibility
