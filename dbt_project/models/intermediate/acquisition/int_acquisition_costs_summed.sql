-- What each channel cost in each month, and in the month from which the lagged acquisition cost takes its spending;
-- NULL where nothing is known.
-- One row per channel, cohort grain and cohort month.
with

acquisition_cohorts_grouped as (

    select * from {{ ref('int_acquisition_cohorts_grouped') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

costs as (

    select *
    from acquisition_cohorts_grouped
    where record_type = 'cost'

),

costs_shifted as (

    select
        costs.channel,
        cast({{ dbt.dateadd(
            'month', 'cast(thresholds.threshold_value as integer)', 'costs.cohort_month_start_date'
        ) }} as date) as cohort_month_start_date,
        costs.cost_amount
    from costs
    inner join thresholds
        on thresholds.threshold_id = 'cac_lag_months'
    where costs.cohort_grain = 'month'

),

costs_lagged as (

    select costs_shifted.*
    from costs_shifted
    inner join build_clocks_resolved
        on cast(costs_shifted.cohort_month_start_date as timestamp) <= build_clocks_resolved.as_of

),

costs_beside as (

    select
        channel,
        cohort_grain,
        cohort_month_start_date,
        cost_amount as spend_amount,
        cast(null as decimal(18, 4)) as lagged_spend_amount
    from costs
    union all
    select
        channel,
        'month',
        cohort_month_start_date,
        null,
        cost_amount
    from costs_lagged
    union all
    select
        channel,
        'all',
        cast(null as date),
        null,
        cost_amount
    from costs_lagged

),

acquisition_costs_summed as (

    select
        channel,
        cohort_grain,
        cohort_month_start_date,
        cast(sum(spend_amount) as decimal(18, 4)) as spend_amount,
        cast(sum(lagged_spend_amount) as decimal(18, 4)) as lagged_spend_amount
    from costs_beside
    group by channel, cohort_grain, cohort_month_start_date

)

select * from acquisition_costs_summed
