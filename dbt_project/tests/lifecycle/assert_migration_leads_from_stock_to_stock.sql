{{ config(meta={"dagster": {"ref": {"name": "rpt_stage_migration"}}}) }}
-- A row adds up to the stock before the month (for outside to those whose life began in it), a column to the stock at
-- its end, as the day's report has them.
with

migration as (

    select * from {{ ref('rpt_stage_migration') }}

),

stocks as (

    select
        lifecycle_id,
        stage,
        {{ dbt.date_trunc('month', 'day_start_date') }} as month_start_date,
        stock_count,
        row_number() over (
            partition by lifecycle_id, stage, {{ dbt.date_trunc('month', 'day_start_date') }}
            order by day_start_date desc
        ) as days_to_month_end
    from {{ ref('rpt_stage_population') }}

),

balances as (

    select
        lifecycle_id,
        cast(month_start_date as date) as month_start_date,
        'end of ' || stage as place,
        -stock_count as entities_count
    from stocks
    where days_to_month_end = 1
    union all
    select
        lifecycle_id,
        month_start_date,
        'end of ' || to_stage,
        entities_count
    from migration
    union all
    select
        stocks.lifecycle_id,
        cast({{ dbt.dateadd('month', 1, 'stocks.month_start_date') }} as date),
        'start of ' || stocks.stage,
        -stocks.stock_count
    from stocks
    cross join {{ ref('int_build_clocks_resolved') }} as clocks
    where
        stocks.days_to_month_end = 1
        and {{ dbt.dateadd('month', 1, 'stocks.month_start_date') }} <= clocks.as_of
    union all
    select
        lifecycle_id,
        month_start_date,
        'start of ' || from_stage,
        entities_count
    from migration
    union all
    select
        lifecycle_id,
        cast({{ dbt.date_trunc('month', 'occurred_at') }} as date),
        'start of outside',
        -1
    from {{ ref('fct_stage_transitions') }}
    where from_stage = 'outside'
    union all
    select distinct
        lifecycle_id,
        month_start_date,
        'rate of ' || from_stage,
        from_entities_count
    from migration
    union all
    select
        lifecycle_id,
        month_start_date,
        'rate of ' || from_stage,
        -entities_count
    from migration

)

select
    lifecycle_id,
    month_start_date,
    place,
    sum(entities_count) as difference
from balances
group by lifecycle_id, month_start_date, place
having sum(entities_count) != 0
