-- Customers whose purchases began to decline at a month's end, in number or in amount, with the team that answers for
-- the stage they were in, and whether one of ours reached them in time.
-- One row per customer id and decline date.
with

risk_signals_fired as (

    select * from {{ ref('int_risk_signals_fired') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

stages as (

    select * from {{ ref('dim_stages') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

{# Number and amount are one decline. Of those that were there when history begins nobody knows when they began. #}
declining_months as (

    select distinct
        risk_signals_fired.customer_id,
        risk_signals_fired.score_date,
        risk_signals_fired.date_number
    from risk_signals_fired
    inner join score_dates_listed
        on risk_signals_fired.score_date = score_dates_listed.score_date and score_dates_listed.is_month_end
    where risk_signals_fired.measure in ('frequency_ratio', 'amount_ratio')

),

declining_months_in_order as (

    select
        *,
        lag(date_number) over (partition by customer_id order by date_number) as previous_date_number
    from declining_months

),

declines as (

    select
        declining.customer_id,
        declining.score_date as decline_date,
        cast({{ dbt.dateadd('day', 1, 'declining.score_date') }} as timestamp) as told_at,
        cast({{ dbt.dateadd(
            'day', 'cast(windows.threshold_value as integer)', 'declining.score_date'
        ) }} as date) as due_date,
        cast(windows.threshold_value as integer) as window_days
    from declining_months_in_order as declining
    inner join thresholds as windows
        on windows.threshold_id = 'decline_visit_days'
    where declining.date_number > 1 and coalesce(declining.previous_date_number < declining.date_number - 1, true)

),

visits as (

    select
        declines.customer_id,
        declines.decline_date,
        min(cast(customer_events.occurred_at as date)) as visited_date
    from declines
    inner join customer_events
        on
            declines.customer_id = customer_events.customer_id
            and customer_events.event_type = 'customer_contacted'
            and customer_events.direction = 'outbound'
            and coalesce(customer_events.detail, 'reached') = 'reached'
            and declines.decline_date < cast(customer_events.occurred_at as date)
            and declines.due_date >= cast(customer_events.occurred_at as date)
    group by declines.customer_id, declines.decline_date

),

decliners_visited as (

    select
        declines.customer_id,
        declines.decline_date,
        declines.window_days,
        stages.owner_team,
        visits.visited_date,
        visits.visited_date is not null as is_visited,
        declines.due_date < cast(build_clocks_resolved.as_of as date) as is_mature
    from declines
    cross join build_clocks_resolved
    inner join stage_intervals
        on
            declines.customer_id = stage_intervals.entity_id
            and stage_intervals.lifecycle_id = 'customer'
            and declines.told_at > stage_intervals.valid_from_at
            and coalesce(declines.told_at <= stage_intervals.valid_to_at, true)
    inner join stages
        on
            stage_intervals.lifecycle_id = stages.lifecycle_id
            and stage_intervals.stage = stages.stage
    left join visits
        on declines.customer_id = visits.customer_id and declines.decline_date = visits.decline_date

)

select * from decliners_visited
