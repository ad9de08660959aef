-- After how many minutes half the leads have been contacted: the median of Kaplan and Meier's curve, to which a lead
-- that was not contacted adds how long it was watched. NULL where the curve does not come down so far.
-- Twelve places are kept: the detour over logarithms errs behind them, and half the leads must be exactly half.
-- One row per channel, motion, cohort grain and cohort month.
with

acquisition_cohorts_grouped as (

    select * from {{ ref('int_acquisition_cohorts_grouped') }}

),

leads_measured as (

    select * from {{ ref('int_leads_measured') }}

),

minutes_counted as (

    select
        cohorts.channel,
        cohorts.motion,
        cohorts.cohort_grain,
        cohorts.cohort_month_start_date,
        leads_measured.watched_minutes,
        count(case when leads_measured.is_contacted then 1 end) as contacted_count,
        count(*) as watched_count
    from acquisition_cohorts_grouped as cohorts
    inner join leads_measured
        on cohorts.record_type = 'lead' and cohorts.record_id = leads_measured.lead_id
    group by
        cohorts.channel,
        cohorts.motion,
        cohorts.cohort_grain,
        cohorts.cohort_month_start_date,
        leads_measured.watched_minutes

),

minutes_at_risk as (

    select
        *,
        sum(watched_count) over (
            partition by channel, motion, cohort_grain, cohort_month_start_date
            order by watched_minutes desc
        ) as at_risk_count
    from minutes_counted

),

minutes_with_survival as (

    select
        *,
        case
            when contacted_count = at_risk_count then 0
            else
                round(
                    exp(
                        sum(
                            case
                                when contacted_count < at_risk_count
                                    then ln(1 - contacted_count / cast(at_risk_count as double))
                                else 0
                            end
                        ) over (
                            partition by channel, motion, cohort_grain, cohort_month_start_date
                            order by watched_minutes
                        )
                    ), 12
                )
        end as waiting_rate
    from minutes_at_risk

),

speed_to_lead_estimated as (

    select
        channel,
        motion,
        cohort_grain,
        cohort_month_start_date,
        min(case when waiting_rate <= 0.5 then watched_minutes end) as p50_minutes
    from minutes_with_survival
    group by channel, motion, cohort_grain, cohort_month_start_date

)

select * from speed_to_lead_estimated
