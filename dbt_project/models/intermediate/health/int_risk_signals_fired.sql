-- Each signal of risk that a customer gave on a score date, with the value and the limit. A measure that is not known
-- fires none; of the model, its limit is the one that its back-test chose.
-- One row per customer id, score date and risk signal id.
with

snapshots_measured as (

    select * from {{ ref('int_snapshots_measured') }}

),

risks_scored as (

    select * from {{ ref('int_risks_scored') }}

),

risk_signals as (

    select * from {{ ref('risk_signals') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

dates_numbered as (

    select
        score_date,
        row_number() over (order by score_date) as date_number,
        lag(score_date) over (order by score_date) as previous_score_date
    from score_dates_listed
    where is_month_end or is_current

),

signals_judged as (

    select
        snapshots_measured.customer_id,
        snapshots_measured.score_date,
        dates_numbered.date_number,
        coalesce(
            dates_numbered.previous_score_date,
            cast({{ dbt.dateadd('day', -1, 'dates_numbered.score_date') }} as date)
        ) as asked_before_date,
        snapshots_measured.last_order_id,
        case when risks_scored.risk_source = 'model' then risks_scored.model_date end as model_date,
        risk_signals.risk_signal_id,
        risk_signals.risk_way,
        risk_signals.measure,
        risk_signals.operator,
        risk_signals.snooze_days,
        {{ snapshot_measure('risk_signals.measure', 'risks_scored.risk_probability') }} as measure_value,
        coalesce(risk_signals.limit_value, risks_scored.flagged_from_probability) as limit_value
    from snapshots_measured
    inner join dates_numbered
        on snapshots_measured.score_date = dates_numbered.score_date
    inner join risks_scored
        on
            snapshots_measured.customer_id = risks_scored.customer_id
            and snapshots_measured.score_date = risks_scored.score_date
    cross join risk_signals

),

risk_signals_fired as (

    select *
    from signals_judged
    where
        case operator
            when '>=' then measure_value >= limit_value
            when '<=' then measure_value <= limit_value
        end

)

select * from risk_signals_fired
