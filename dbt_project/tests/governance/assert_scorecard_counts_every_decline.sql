{{ config(meta={"dagster": {"ref": {"name": "rpt_team_scorecard"}}}) }}
-- Every customer whose purchases began to decline at a month's end is one team's, once.
with

declines as (

    select distinct
        customer_id,
        first_fired_date
    from {{ ref('rpt_risk_signals') }}
    where measure in ('frequency_ratio', 'amount_ratio')

),

declines_counted as (

    select
        cast({{ dbt.date_trunc('month', 'first_fired_date') }} as date) as month_start_date,
        count(*) as declines_count
    from declines
    group by cast({{ dbt.date_trunc('month', 'first_fired_date') }} as date)

),

scorecard as (

    select
        month_start_date,
        sum(customers_count) as customers_count
    from {{ ref('rpt_team_scorecard') }}
    where metric_id = 'decline_visit_rate'
    group by month_start_date

)

select
    declines_counted.*,
    scorecard.customers_count
from declines_counted
left join scorecard
    on declines_counted.month_start_date = scorecard.month_start_date
where declines_counted.declines_count != coalesce(scorecard.customers_count, 0)
