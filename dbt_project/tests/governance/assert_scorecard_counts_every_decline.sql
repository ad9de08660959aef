{{ config(meta={"dagster": {"ref": {"name": "rpt_team_scorecard"}}}) }}
-- Every decline that began at a month's end after the first is one team's, once: where a signal of falling purchases
-- began to fire, and none of the other kind went on.
with

signals as (

    select *
    from {{ ref('rpt_risk_signals') }}
    where measure in ('frequency_ratio', 'amount_ratio')

),

month_ends as (

    select
        score_date,
        min(score_date) over () as first_score_date
    from {{ ref('int_score_dates_listed') }}
    where is_month_end

),

declines as (

    select distinct
        began.customer_id,
        began.first_fired_date
    from signals as began
    inner join month_ends
        on began.first_fired_date = month_ends.score_date and began.first_fired_date > month_ends.first_score_date
    left join signals as going_on
        on
            began.customer_id = going_on.customer_id
            and began.quiet_until_date >= going_on.first_fired_date
            and began.quiet_until_date <= going_on.last_fired_date
    where going_on.customer_id is null

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
