-- What one unit of each currency in use is worth in the reporting currency: the dictionary's rate; 1 for a company that
-- has one currency only, and so needs none. NULL where neither tells, which a test refuses.
-- One row per currency; what names none is of the currency `unknown`.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

subscriptions as (

    select * from {{ ref('stg_orders__subscriptions') }}

),

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

reporting_rates as (

    select * from {{ ref('reporting_rates') }}

),

currencies as (

    select coalesce(currency, 'unknown') as currency
    from orders
    union
    select coalesce(currency, 'unknown')
    from subscriptions
    union
    select currency
    from refunds
    where currency is not null

),

currencies_counted as (

    select
        currency,
        count(*) over () as currencies_count
    from currencies

),

reporting_rates_resolved as (

    select
        currencies_counted.currency,
        cast(case
            when reporting_rates.reporting_rate is not null then cast(reporting_rates.reporting_rate as decimal(18, 9))
            when currencies_counted.currencies_count = 1 then 1
        end as decimal(18, 9)) as reporting_rate
    from currencies_counted
    left join reporting_rates
        on currencies_counted.currency = reporting_rates.currency

)

select * from reporting_rates_resolved
