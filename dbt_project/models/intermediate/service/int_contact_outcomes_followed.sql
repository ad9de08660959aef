-- What customers under contact pressure at the end of a past month did within the days after it: withdrew a
-- consent, if they had withdrawn none before, or filed a complaint. NULL where these days are not over by as_of.
-- One row per customer id, score date and outcome.
with

contact_pressures_dated as (

    select * from {{ ref('int_contact_pressures_dated') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

consents as (

    select * from {{ ref('stg_marketing__consents') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

first_withdrawals as (

    select
        identity_map.customer_id,
        min(consents.valid_from_at) as withdrawn_at
    from consents
    inner join identity_map
        on 'contact:' || consents.contact_id = identity_map.party_key
    where not consents.is_granted
    group by identity_map.customer_id

),

pressures_with_horizon as (

    select
        contact_pressures_dated.customer_id,
        contact_pressures_dated.score_date,
        contact_pressures_dated.pressure_score,
        contact_pressures_dated.measured_at,
        {{ dbt.dateadd(
            'day', 'cast(thresholds.threshold_value as integer)', 'contact_pressures_dated.measured_at'
        ) }} as followed_until_at,
        clocks.as_of
    from contact_pressures_dated
    inner join thresholds
        on thresholds.threshold_id = 'contact_outcome_days'
    cross join build_clocks_resolved as clocks

),

complaints as (

    select distinct
        pressures.customer_id,
        pressures.score_date
    from pressures_with_horizon as pressures
    inner join customer_events
        on
            pressures.customer_id = customer_events.customer_id
            and pressures.measured_at <= customer_events.occurred_at
            and pressures.followed_until_at > customer_events.occurred_at
    where
        customer_events.event_type = 'ticket_created'
        and customer_events.detail = 'complaint'

),

outcomes as (

    select
        pressures.*,
        'complained' as outcome,
        complaints.customer_id is not null as has_happened
    from pressures_with_horizon as pressures
    left join complaints
        on
            pressures.customer_id = complaints.customer_id
            and pressures.score_date = complaints.score_date
    union all
    select
        pressures.*,
        'opted_out',
        coalesce(first_withdrawals.withdrawn_at < pressures.followed_until_at, false)
    from pressures_with_horizon as pressures
    left join first_withdrawals
        on pressures.customer_id = first_withdrawals.customer_id
    where coalesce(first_withdrawals.withdrawn_at >= pressures.measured_at, true)

),

contact_outcomes_followed as (

    select
        customer_id,
        score_date,
        outcome,
        pressure_score,
        followed_until_at <= as_of as is_mature,
        case when followed_until_at <= as_of then has_happened end as has_happened
    from outcomes

)

select * from contact_outcomes_followed
