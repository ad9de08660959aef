-- What each order and refund of a customer brought, in the reporting currency, with the order's amount where its
-- goods' cost is known. What names no currency is of the only one in use, where there is only one.
-- One row per record type and record id.
with

contributions_valued as (

    select * from {{ ref('int_contributions_valued') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

reporting_rates_resolved as (

    select * from {{ ref('int_reporting_rates_resolved') }}

),

only_currency as (

    select case when count(*) = 1 then max(currency) else 'unknown' end as currency
    from reporting_rates_resolved

),

contributions_converted as (

    select
        contributions_valued.record_type,
        contributions_valued.record_id,
        contributions_valued.customer_id,
        {{ in_reporting_currency('contributions_valued.contribution_amount', 'rates.reporting_rate') }}
            as contribution_amount,
        case
            when contributions_valued.record_type = 'order' and contributions_valued.is_costed
                then {{ in_reporting_currency('orders.order_amount', 'rates.reporting_rate') }}
            else 0
        end as costed_amount,
        contributions_valued.is_costed,
        contributions_valued.occurred_at
    from contributions_valued
    cross join only_currency
    left join reporting_rates_resolved as rates
        on coalesce(contributions_valued.currency, only_currency.currency) = rates.currency
    left join orders
        on
            case when contributions_valued.record_type = 'order' then contributions_valued.record_id end
            = orders.order_id
    where contributions_valued.customer_id is not null

)

select * from contributions_converted
