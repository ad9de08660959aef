{{ config(meta={"dagster": {"ref": {"name": "rpt_score_backtest"}}}) }}
-- The bands of a score's period add up to all of it, and the months of a quarter to the quarter.
with

periods as (

    select
        score_id,
        period_unit,
        period_start_date,
        sum(case when band = 'all' then snapshots_count else 0 end) as snapshots_count,
        sum(case when band = 'all' then gone_count else 0 end) as gone_count,
        sum(case when band != 'all' then snapshots_count else 0 end) as banded_snapshots_count,
        sum(case when band != 'all' then gone_count else 0 end) as banded_gone_count
    from {{ ref('rpt_score_backtest') }}
    group by score_id, period_unit, period_start_date

),

quarters as (

    select
        score_id,
        cast({{ dbt.date_trunc('quarter', 'period_start_date') }} as date) as quarter_start_date,
        sum(case when period_unit = 'month' then snapshots_count else 0 end) as months_snapshots_count,
        sum(case when period_unit = 'quarter' then snapshots_count else 0 end) as quarter_snapshots_count
    from periods
    group by score_id, cast({{ dbt.date_trunc('quarter', 'period_start_date') }} as date)

)

select
    score_id,
    period_unit,
    period_start_date,
    snapshots_count,
    banded_snapshots_count
from periods
where snapshots_count != banded_snapshots_count or gone_count != banded_gone_count
union all
select
    score_id,
    'quarter',
    quarter_start_date,
    months_snapshots_count,
    quarter_snapshots_count
from quarters
where months_snapshots_count != quarter_snapshots_count
