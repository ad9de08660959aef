-- What came after contact pressure: of the customers in each band at the ends of past months, how many withdrew a
-- consent or complained soon after. It says what went together and not what caused it.
-- One row per score date, pressure band and outcome.
with

contact_outcomes_followed as (

    select * from {{ ref('int_contact_outcomes_followed') }}

),

bands as (

    select * from {{ ref('dim_bands') }}

),

{# The highest band is open: a score has no end. #}
pressure_bands as (

    select
        band,
        above_value,
        lead(above_value) over (order by band_order) as next_above_value
    from bands
    where band_set = 'pressure'

),

outcomes_counted as (

    select
        outcomes.score_date,
        pressure_bands.band as pressure_band,
        outcomes.outcome,
        outcomes.is_mature,
        count(*) as customers_count,
        case when outcomes.is_mature then count(case when outcomes.has_happened then 1 end) end as outcomes_count
    from contact_outcomes_followed as outcomes
    inner join pressure_bands
        on
            coalesce(outcomes.pressure_score > pressure_bands.above_value, true)
            and coalesce(outcomes.pressure_score <= pressure_bands.next_above_value, true)
    group by outcomes.score_date, pressure_bands.band, outcomes.outcome, outcomes.is_mature

),

contact_pressure_outcomes as (

    select
        -- strings
        pressure_band,
        outcome,

        -- numerics
        customers_count,
        outcomes_count,
        outcomes_count / cast(customers_count as double) as outcome_rate,
        {{ wilson_limit('outcomes_count', 'customers_count', -1) }} as outcome_rate_lower,
        {{ wilson_limit('outcomes_count', 'customers_count', 1) }} as outcome_rate_upper,

        -- booleans
        is_mature,

        -- dates
        score_date
    from outcomes_counted

)

select * from contact_pressure_outcomes
