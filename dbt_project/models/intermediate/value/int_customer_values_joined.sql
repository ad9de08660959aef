-- What each customer has brought, and what it is expected to do; of who never bought nothing is expected.
-- One row per customer id.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

purchase_days_summed as (

    select * from {{ ref('int_purchase_days_summed') }}

),

customer_contributions_summed as (

    select * from {{ ref('int_customer_contributions_summed') }}

),

purchases_expected as (

    select * from {{ ref('int_purchases_expected') }}

),

margins_pooled as (

    select * from {{ ref('int_margins_pooled') }}

),

orders_amounts as (

    select
        customer_id,
        sum(purchase_amount) as orders_amount
    from purchase_days_summed
    group by customer_id

),

customer_values_joined as (

    select
        customers.customer_id,
        customers.acquisition_channel,
        customers.is_b2b,
        coalesce(purchases_expected.value_basis, 'never_bought') as value_basis,
        purchases_expected.fitted_group,
        purchase_histories_summed.orders_count,
        purchase_histories_summed.repeats_count,
        purchase_histories_summed.age_days - purchase_histories_summed.recency_days as silent_days,
        purchase_histories_summed.age_days as days_since_first_purchase,
        purchase_histories_summed.first_purchase_date,
        purchase_histories_summed.last_purchase_date,
        coalesce(orders_amounts.orders_amount, 0) as orders_amount,
        coalesce(customer_contributions_summed.contribution_amount, 0) as contribution_amount,
        coalesce(customer_contributions_summed.service_cost_amount, 0) as service_cost_amount,
        coalesce(customer_contributions_summed.contribution_amount, 0)
        - coalesce(customer_contributions_summed.service_cost_amount, 0) as value_amount,
        coalesce(customer_contributions_summed.uncosted_orders_count, 0) as uncosted_orders_count,
        purchases_expected.alive_probability,
        purchases_expected.next_purchase_90d_probability,
        purchases_expected.next_purchase_365d_probability,
        purchases_expected.expected_purchases_365d,
        purchases_expected.expected_purchase_amount,
        purchases_expected.expected_purchases_365d * purchases_expected.expected_purchase_amount
            as expected_orders_amount_365d,
        purchases_expected.expected_purchases_365d * (
            purchases_expected.expected_purchase_amount * margins_pooled.margin_rate
            - margins_pooled.service_cost_per_purchase
        ) as expected_value_365d
    from customers
    left join purchase_histories_summed
        on customers.customer_id = purchase_histories_summed.customer_id
    left join orders_amounts
        on customers.customer_id = orders_amounts.customer_id
    left join customer_contributions_summed
        on customers.customer_id = customer_contributions_summed.customer_id
    left join purchases_expected
        on customers.customer_id = purchases_expected.customer_id
    left join margins_pooled
        on purchases_expected.fitted_group = margins_pooled.fitted_group

)

select * from customer_values_joined
