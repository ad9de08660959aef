-- Subscriptions that last for a while, with their customer, and what they are worth a month in the reporting currency.
-- One row per subscription id.
with

subscriptions as (

    select * from {{ ref('stg_orders__subscriptions') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

subscriptions_attributed as (

    select
        subscriptions.subscription_id,
        identity_map.customer_id,
        coalesce(subscriptions.plan, 'unknown') as plan,
        {{ in_reporting_currency('subscriptions.mrr_amount', 'rates.reporting_rate') }} as mrr_amount,
        rates.reporting_rate,
        subscriptions.started_at,
        subscriptions.ended_at
    from subscriptions
    inner join identity_map
        on subscriptions.party_key = identity_map.party_key
    inner join reporting_rates_resolved as rates
        on coalesce(subscriptions.currency, 'unknown') = rates.currency
    where coalesce(subscriptions.ended_at > subscriptions.started_at, true)

)

select * from subscriptions_attributed
