{{ config(meta={"dagster": {"ref": {"name": "rpt_contact_pressure_outcomes"}}}) }}
-- Whoever was under pressure at a date is in one band of it, for each outcome.
with

customers_in_bands as (

    select
        score_date,
        outcome,
        sum(customers_count) as customers_count
    from {{ ref('rpt_contact_pressure_outcomes') }}
    group by score_date, outcome

),

customers_followed as (

    select
        score_date,
        outcome,
        count(*) as customers_count
    from {{ ref('int_contact_outcomes_followed') }}
    group by score_date, outcome

)

select
    followed.score_date,
    followed.outcome,
    followed.customers_count,
    in_bands.customers_count as customers_in_bands_count
from customers_followed as followed
full outer join customers_in_bands as in_bands
    on
        followed.score_date = in_bands.score_date
        and followed.outcome = in_bands.outcome
where followed.customers_count is distinct from in_bands.customers_count
