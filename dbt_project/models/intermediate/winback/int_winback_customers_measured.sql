-- What is known of each customer who is judged for win-back, as far as the rules ask for it and money has no part
-- in it. A measure that no source can tell is NULL, and a rule does not judge by it.
-- One row per customer id.
with

winback_customers_found as (

    select * from {{ ref('int_winback_customers_found') }}

),

winback_moments_measured as (

    select * from {{ ref('int_winback_moments_measured') }}

),

winback_histories_summed as (

    select * from {{ ref('int_winback_histories_summed') }}

),

customer_consents_resolved as (

    select * from {{ ref('int_customer_consents_resolved') }}

),

customer_contact_points_counted as (

    select * from {{ ref('int_customer_contact_points_counted') }}

),

open_tickets_counted as (

    select * from {{ ref('int_open_tickets_counted') }}

),

invoices_settled as (

    select * from {{ ref('int_invoices_settled') }}

),

assignments as (

    select * from {{ ref('fct_assignments') }}

),

permissions as (

    select
        customer_id,
        max(case when channel = 'all' and not is_granted then 1 else 0 end) = 1
        or max(case when is_granted then 1 else 0 end) = 0 as has_withdrawn_consent
    from customer_consents_resolved
    group by customer_id

),

unpaid_invoices as (

    select
        customer_id,
        count(*) as unpaid_invoices_count
    from invoices_settled
    where days_past_due > 0 and outstanding_amount > 0 and not is_test
    group by customer_id

),

running_plans as (

    select
        winback_customers_found.customer_id,
        count(*) as running_plans_count
    from winback_customers_found
    inner join assignments
        on
            winback_customers_found.customer_id = assignments.customer_id
            and winback_customers_found.as_of < assignments.horizon_ends_at
    group by winback_customers_found.customer_id

),

treatments_in_vain as (

    select
        found.customer_id,
        count(*) as treatments_in_vain_count
    from winback_customers_found as found
    inner join winback_moments_measured as moments
        on found.customer_id = moments.customer_id and found.as_of = moments.measured_at
    inner join assignments
        on
            found.customer_id = assignments.customer_id
            and found.as_of >= assignments.horizon_ends_at
            and moments.last_ordered_at < assignments.assigned_at
    where assignments.arm = 'treatment'
    group by found.customer_id

),

winback_customers_measured as (

    select
        found.customer_id,
        found.lifecycle_stage,
        histories.leaving_reason,
        moments.orders_count,
        moments.value_before_churn,
        moments.is_b2b,
        histories.refund_rate,
        histories.discount_dependency_rate,
        histories.service_effort_ratio,
        coalesce(histories.negative_signals_count, 0) as negative_signals_count,
        coalesce(open_tickets_counted.open_tickets_count, 0) as open_tickets_count,
        coalesce(unpaid_invoices.unpaid_invoices_count, 0) as unpaid_invoices_count,
        coalesce(running_plans.running_plans_count, 0) as running_plans_count,
        coalesce(treatments_in_vain.treatments_in_vain_count, 0) as treatments_in_vain_count,
        moments.days_since_last_order,
        {{ dbt.datediff(
            'histories.last_message_at', 'found.as_of', 'day'
        ) }} as days_since_last_message,
        contact_points.contact_points_count,
        permissions.has_withdrawn_consent,
        moments.last_ordered_at,
        found.stage_entered_at,
        found.as_of
    from winback_customers_found as found
    inner join winback_moments_measured as moments
        on found.customer_id = moments.customer_id and found.as_of = moments.measured_at
    left join winback_histories_summed as histories
        on found.customer_id = histories.customer_id
    left join open_tickets_counted
        on found.customer_id = open_tickets_counted.customer_id
    left join unpaid_invoices
        on found.customer_id = unpaid_invoices.customer_id
    left join running_plans
        on found.customer_id = running_plans.customer_id
    left join treatments_in_vain
        on found.customer_id = treatments_in_vain.customer_id
    left join permissions
        on found.customer_id = permissions.customer_id
    left join customer_contact_points_counted as contact_points
        on found.customer_id = contact_points.customer_id

)

select * from winback_customers_measured
