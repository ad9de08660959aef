-- What is often said of customers, and what the own data say: the value, its interval, and whether the claim holds.
-- One row per measure id.
with

claims as (

    select * from {{ ref('claims') }}

),

{% set groups = ['cost', 'influence', 'profit', 'return'] -%}
{% for group in groups -%}
    {{ group }}_claims_measured as (

        select * from {{ ref('int_' ~ group ~ '_claims_measured') }}

    ),

{% endfor -%}
measured as (

    {% for group in groups -%}
        select
            measure_id,
            measured_value,
            measured_lower,
            measured_upper,
            customers_count
        from {{ group }}_claims_measured
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

{# A claim without a limit is open on that side; of an account, in which there is no chance, the value is judged. #}
compared as (

    select
        claims.*,
        measured.measured_value,
        measured.measured_lower,
        measured.measured_upper,
        case when measured.measured_value is null then 0 else measured.customers_count end as customers_count,
        case when claims.is_sample then measured.measured_lower else measured.measured_value end as judged_lower,
        case when claims.is_sample then measured.measured_upper else measured.measured_value end as judged_upper
    from claims
    left join measured
        on claims.measure_id = measured.measure_id

),

claim_checks as (

    select
        -- ids
        measure_id,
        claim_id,

        -- strings
        claim,
        measure,
        unit,
        case
            when judged_lower is null or judged_upper is null then 'unknown'
            when
                judged_lower >= coalesce(claimed_lower, judged_lower)
                and judged_upper <= coalesce(claimed_upper, judged_upper)
                then 'holds'
            when judged_upper < claimed_lower or judged_lower > claimed_upper then 'refuted'
            else 'undecided'
        end as verdict,
        known_evidence,

        -- numerics
        claim_number,
        measured_value,
        measured_lower,
        measured_upper,
        claimed_lower,
        claimed_upper,
        customers_count
    from compared

)

select * from claim_checks
