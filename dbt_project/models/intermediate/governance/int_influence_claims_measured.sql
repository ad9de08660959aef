-- How many people a customer invites: the claim about influence, on the own data, of customers who first bought at
-- least a year ago. Nothing is told where no invitations are loaded.
-- One row per measure id.
with

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

invites as (

    select
        customer_id,
        occurred_at
    from customer_events
    where event_type = 'invite_sent'

),

invites_by_customer as (

    select
        histories.customer_id,
        count(invites.customer_id) as invites_count
    from purchase_histories_summed as histories
    left join invites
        on
            histories.customer_id = invites.customer_id
            and histories.first_purchase_date <= invites.occurred_at
    where histories.age_days >= 365
    group by histories.customer_id

),

{# Variances from exact sums: a sum of doubles would hang on the order of the rows. #}
invites_summed as (

    select
        cast(sum(invites_count) as double) as invites_sum,
        cast(sum(invites_count * invites_count) as double) as squares_sum,
        cast(count(*) as double) as customers_count
    from invites_by_customer

),

influence as (

    select
        customers_count,
        invites_sum / nullif(customers_count, 0) as mean_count,
        1.959963984540054 * sqrt(
            (squares_sum - invites_sum * invites_sum / nullif(customers_count, 0))
            / nullif(customers_count - 1, 0) / nullif(customers_count, 0)
        ) as margin
    from invites_summed

),

influence_claims_measured as (

    select
        'invites_per_customer' as measure_id,
        mean_count as measured_value,
        mean_count - margin as measured_lower,
        mean_count + margin as measured_upper,
        cast(customers_count as bigint) as customers_count
    from influence
    where customers_count > 0 and exists (select 1 from invites)

)

select * from influence_claims_measured
