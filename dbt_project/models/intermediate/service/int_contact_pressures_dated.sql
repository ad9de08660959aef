-- The score of contact pressure, by all functions together, at the ends of past months, of every customer to whom a
-- contact that counts was made by then.
-- One row per customer id and score date.
with

contacts as (

    select * from {{ ref('fct_contacts') }}

),

contact_weights as (

    select * from {{ ref('contact_weights') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

{# A day is over at the instant at which the next one begins. #}
dates_measured as (

    select
        score_dates_listed.score_date,
        half_life_days.threshold_value as half_life_days,
        cast({{ dbt.dateadd('day', 1, 'score_dates_listed.score_date') }} as timestamp) as measured_at
    from score_dates_listed
    cross join build_clocks_resolved as clocks
    inner join thresholds as half_life_days
        on half_life_days.threshold_id = 'contact_half_life_days'
    inner join thresholds as outcome_months
        on outcome_months.threshold_id = 'contact_outcome_months'
    where
        score_dates_listed.is_month_end
        and score_dates_listed.score_date >= cast({{ dbt.dateadd(
            'month', '-cast(outcome_months.threshold_value as integer)', 'cast(clocks.as_of as date)'
        ) }} as date)

),

first_contacts as (

    select
        customer_id,
        min(occurred_at) as first_contacted_at
    from contacts
    where is_counted
    group by customer_id

),

{# After twenty half-lives a contact presses no more than a millionth. A decimal, for a sum of doubles has an order. #}
pressures_summed as (

    select
        contacts.customer_id,
        dates_measured.score_date,
        sum(cast(contact_weights.weight * power(
            cast(0.5 as double),
            {{ dbt.datediff('contacts.occurred_at', 'dates_measured.measured_at', 'second') }}
            / (86400 * dates_measured.half_life_days)
        ) as decimal(18, 6))) as pressure_score
    from contacts
    inner join contact_weights
        on contacts.contact_type = contact_weights.contact_type
    inner join dates_measured
        on
            contacts.occurred_at < dates_measured.measured_at
            and contacts.occurred_at > {{ dbt.dateadd(
                'day', '-20 * cast(dates_measured.half_life_days as integer)', 'dates_measured.measured_at'
            ) }}
    where contacts.is_counted
    group by contacts.customer_id, dates_measured.score_date

),

contact_pressures_dated as (

    select
        first_contacts.customer_id,
        dates_measured.score_date,
        cast(coalesce(pressures_summed.pressure_score, 0) as double) as pressure_score,
        dates_measured.measured_at
    from first_contacts
    inner join dates_measured
        on first_contacts.first_contacted_at < dates_measured.measured_at
    left join pressures_summed
        on
            first_contacts.customer_id = pressures_summed.customer_id
            and dates_measured.score_date = pressures_summed.score_date

)

select * from contact_pressures_dated
