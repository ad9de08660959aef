-- How many customers changed from silent to active, stayed active or fell silent, from one period to the next.
-- Whoever falls silent counts in the first silent period, which may not have begun by as_of.
-- One row per metric id, period unit, period and change type.
with

active_days_paired as (

    select * from {{ ref('int_active_days_paired') }}

),

days_grouped as (

    select * from {{ ref('int_days_grouped') }}

),

period_units as (

    select distinct period_unit from days_grouped

),

pairs as (

    select
        active_days_paired.metric_id,
        period_units.period_unit,
        active_days_paired.customers_count,
        periods.period_start_date,
        periods.next_period_start_date,
        next_periods.period_start_date as next_active_period_start_date
    from active_days_paired
    cross join period_units
    left join days_grouped as periods
        on
            period_units.period_unit = periods.period_unit
            and active_days_paired.active_date = periods.day_start_date
    left join days_grouped as next_periods
        on
            period_units.period_unit = next_periods.period_unit
            and active_days_paired.next_active_date = next_periods.day_start_date

),

pairs_between_periods as (

    select *
    from pairs
    where period_start_date is distinct from next_active_period_start_date

),

changes as (

    select
        metric_id,
        period_unit,
        next_active_period_start_date as period_start_date,
        case
            when period_start_date is null then 'new'
            when next_period_start_date = next_active_period_start_date then 'returning'
            else 'resurrected'
        end as change_type,
        customers_count
    from pairs_between_periods
    where next_active_period_start_date is not null
    union all
    select
        metric_id,
        period_unit,
        next_period_start_date,
        'dormant',
        customers_count
    from pairs_between_periods
    where next_period_start_date is distinct from next_active_period_start_date and period_start_date is not null

),

activity_changes_counted as (

    select
        metric_id,
        period_unit,
        period_start_date,
        change_type,
        sum(customers_count) as customers_count
    from changes
    group by metric_id, period_unit, period_start_date, change_type

)

select * from activity_changes_counted
