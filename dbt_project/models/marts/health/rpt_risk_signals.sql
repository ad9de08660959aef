-- Each time that a customer gave a signal of risk: from the score date on which it first fired to the last one in a
-- row, with the newest value, the limit and the record that it rests on, and until when it is snoozed because somebody
-- of ours has reached the customer since. Until its month is over the first date is today's; the last quiet one stays.
-- One row per customer id, risk signal id and quiet until date.
with

risk_signals_fired as (

    select * from {{ ref('int_risk_signals_fired') }}

),

risk_evidence_found as (

    select * from {{ ref('int_risk_evidence_found') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

{# Dates in a row differ from their rank within the customer and the signal by the same number. #}
fired_in_runs as (

    select
        *,
        date_number - row_number() over (
            partition by customer_id, risk_signal_id order by date_number
        ) as run_number
    from risk_signals_fired

),

runs as (

    select
        customer_id,
        risk_signal_id,
        min(asked_before_date) as quiet_until_date,
        min(score_date) as first_fired_date,
        max(score_date) as last_fired_date,
        count(*) as fired_dates_count
    from fired_in_runs
    group by customer_id, risk_signal_id, run_number

),

reached as (

    select
        runs.customer_id,
        runs.risk_signal_id,
        runs.quiet_until_date,
        max(cast(customer_events.occurred_at as date)) as last_reached_date
    from runs
    inner join customer_events
        on
            runs.customer_id = customer_events.customer_id
            and customer_events.event_type = 'customer_contacted'
            and customer_events.direction = 'outbound'
            and coalesce(customer_events.detail, 'reached') = 'reached'
            and runs.quiet_until_date < cast(customer_events.occurred_at as date)
            and runs.last_fired_date >= cast(customer_events.occurred_at as date)
    group by runs.customer_id, runs.risk_signal_id, runs.quiet_until_date

),

signals_dated as (

    select
        runs.*,
        newest.risk_way,
        newest.measure,
        newest.operator,
        newest.measure_value,
        newest.limit_value,
        evidence.evidence_table,
        evidence.evidence_record_id,
        score_dates_listed.is_current,
        cast({{ dbt.dateadd('day', 'newest.snooze_days', 'reached.last_reached_date') }} as date) as snoozed_until_date
    from runs
    inner join risk_signals_fired as newest
        on
            runs.customer_id = newest.customer_id
            and runs.risk_signal_id = newest.risk_signal_id
            and runs.last_fired_date = newest.score_date
    inner join risk_evidence_found as evidence
        on
            runs.customer_id = evidence.customer_id
            and runs.risk_signal_id = evidence.risk_signal_id
            and runs.last_fired_date = evidence.score_date
    inner join score_dates_listed
        on runs.last_fired_date = score_dates_listed.score_date
    left join reached
        on
            runs.customer_id = reached.customer_id
            and runs.risk_signal_id = reached.risk_signal_id
            and runs.quiet_until_date = reached.quiet_until_date

),

risk_signals as (

    select
        -- ids
        customer_id,
        risk_signal_id,
        evidence_record_id,

        -- strings
        risk_way,
        measure,
        operator,
        evidence_table,

        -- numerics
        measure_value,
        limit_value,
        cast(fired_dates_count as bigint) as fired_dates_count,

        -- booleans
        is_current as is_firing,
        is_current and coalesce(snoozed_until_date >= last_fired_date, false) as is_snoozed,

        -- dates
        quiet_until_date,
        first_fired_date,
        last_fired_date,
        snoozed_until_date
    from signals_dated

)

select * from risk_signals
