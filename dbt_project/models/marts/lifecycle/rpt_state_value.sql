-- What a customer in each stage is worth: the mean contribution of a month, and of all months to come, discounted.
-- One row per stage of the customer lifecycle.
with

state_contributions_pooled as (

    select * from {{ ref('int_state_contributions_pooled') }}

),

state_values_solved as (

    select * from {{ ref('int_state_values_solved') }}

),

value_months_windowed as (

    select * from {{ ref('int_value_months_windowed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

month_window as (

    select
        count(*) as months_count,
        min(month_start_date) as first_month_start_date,
        max(month_start_date) as last_month_start_date
    from value_months_windowed

),

settings as (

    select
        max(case when threshold_id = 'state_value_window_months' then threshold_value end) as window_months_count,
        max(case when threshold_id = 'state_value_monthly_discount_rate' then threshold_value end) as discount_rate
    from thresholds

),

contributions_described as (

    select
        case
            when sum(costed_orders_count) = 0 then 'revenue'
            when sum(costed_orders_count) = sum(orders_count) then 'margin'
            else 'partly_margin'
        end as contribution_basis,
        min(first_currency) as currency,
        coalesce(min(first_currency) = max(last_currency), true) as is_addable
    from state_contributions_pooled

),

{# Amounts of several currencies cannot be added, so nothing is said of them. #}
state_value as (

    select
        -- ids
        'customer' as lifecycle_id,

        -- strings
        pooled.stage,
        described.contribution_basis,
        case when described.is_addable then described.currency end as currency,

        -- numerics
        cast(pooled.customer_months_count as bigint) as customer_months_count,
        cast(case when described.is_addable then pooled.contribution_amount end as decimal(18, 4))
            as contribution_amount,
        cast(
            case when described.is_addable then pooled.contribution_amount end
            / cast(nullif(pooled.customer_months_count, 0) as double)
            as decimal(18, 4)
        ) as mean_contribution,
        case when described.is_addable and pooled.customer_months_count > 0 then state_values_solved.state_value end
            as state_value,
        settings.discount_rate as monthly_discount_rate,
        cast(month_window.months_count as integer) as window_months_count,

        -- booleans
        month_window.months_count >= settings.window_months_count as is_mature,

        -- dates
        month_window.first_month_start_date,
        month_window.last_month_start_date
    from state_contributions_pooled as pooled
    inner join state_values_solved
        on pooled.stage = state_values_solved.stage
    cross join month_window
    cross join settings
    cross join contributions_described as described

)

select * from state_value
