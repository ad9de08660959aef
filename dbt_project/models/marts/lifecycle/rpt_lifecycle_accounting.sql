-- Who was active in each period, against the period before: new, returning, resurrected, and who fell silent.
-- A period that is not over by as_of shows who came so far; who is silent in it cannot be known yet.
-- One row per metric id, period unit and period.
with

activity_changes_counted as (

    select * from {{ ref('int_activity_changes_counted') }}

),

days_grouped as (

    select * from {{ ref('int_days_grouped') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

periods as (

    select distinct
        days_grouped.period_unit,
        days_grouped.period_start_date,
        build_clocks_resolved.as_of >= days_grouped.next_period_start_date as is_mature
    from days_grouped
    cross join build_clocks_resolved

),

first_periods as (

    select
        metric_id,
        period_unit,
        min(period_start_date) as period_start_date
    from activity_changes_counted
    group by metric_id, period_unit

),

periods_counted as (

    select
        first_periods.metric_id,
        periods.period_unit,
        periods.period_start_date,
        periods.is_mature,
        {% for change_type in ['new', 'returning', 'resurrected', 'dormant'] -%}
            sum(case when changes.change_type = '{{ change_type }}' then changes.customers_count else 0 end)
                as {{ change_type }}_customers_count,
        {% endfor -%}
        sum(case when changes.change_type != 'dormant' then changes.customers_count else 0 end)
            as active_customers_count
    from first_periods
    inner join periods
        on
            first_periods.period_unit = periods.period_unit
            and first_periods.period_start_date <= periods.period_start_date
    left join activity_changes_counted as changes
        on
            first_periods.metric_id = changes.metric_id
            and periods.period_unit = changes.period_unit
            and periods.period_start_date = changes.period_start_date
    group by first_periods.metric_id, periods.period_unit, periods.period_start_date, periods.is_mature

),

periods_with_opening as (

    select
        *,
        coalesce(lag(active_customers_count) over (
            partition by metric_id, period_unit
            order by period_start_date
        ), 0) as opening_active_customers_count
    from periods_counted

),

lifecycle_accounting as (

    select
        -- ids
        metric_id,

        -- strings
        period_unit,

        -- numerics
        cast(opening_active_customers_count as bigint) as opening_active_customers_count,
        cast(new_customers_count as bigint) as new_customers_count,
        cast(returning_customers_count as bigint) as returning_customers_count,
        cast(resurrected_customers_count as bigint) as resurrected_customers_count,
        cast(case when is_mature then dormant_customers_count end as bigint) as dormant_customers_count,
        cast(active_customers_count as bigint) as active_customers_count,
        case
            when is_mature
                then dormant_customers_count / cast(nullif(opening_active_customers_count, 0) as double)
        end as dormancy_rate,
        case when is_mature then {{ wilson_limit('dormant_customers_count', 'opening_active_customers_count', -1) }} end
            as dormancy_rate_lower,
        case when is_mature then {{ wilson_limit('dormant_customers_count', 'opening_active_customers_count', 1) }} end
            as dormancy_rate_upper,
        case
            when is_mature
                then
                    (new_customers_count + resurrected_customers_count)
                    / cast(nullif(dormant_customers_count, 0) as double)
        end as quick_ratio,

        -- booleans
        is_mature,

        -- dates
        period_start_date
    from periods_with_opening

)

select * from lifecycle_accounting
