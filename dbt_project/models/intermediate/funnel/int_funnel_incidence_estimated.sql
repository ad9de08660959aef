{%- set upwards -%}
    partition by curve_number order by duration rows between unbounded preceding and current row
{%- endset -%}
{%- set downwards -%}
    partition by curve_number order by duration desc rows between unbounded preceding and current row
{%- endset -%}
-- Cumulative incidence by Aalen and Johansen: the share of those who entered that has converted, was lost or ran out of
-- time by each duration, where whoever is open counts for as long as it has been watched. With the share still open
-- they add up to 1. Of several at one duration, ends come before those who are still open.
-- The variance is Aalen's by the delta method (Marubini and Valsecchi 1995), written as sums, so that one pass is
-- enough; where conversions are the only ends, it is Greenwood's.
-- One row per walk number, step number, measured from, cohort number and duration.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_outcomes_counted as (

    select * from {{ ref('int_funnel_outcomes_counted') }}

),

{# One number for a curve, as sorting by it costs less than by four columns. #}
curves as (

    select
        *,
        cast(cohort_number as bigint) * 16777216
        + walk_number * 32
        + step_number * 2
        + case when measured_from = 'start' then 0 else 1 end as curve_number
    from funnel_outcomes_counted

),

at_risk as (

    select
        *,
        converted_count + lost_count + expired_count as ended_count,
        cast(sum(converted_count + lost_count + expired_count + open_count) over (
            {{ downwards }}
        ) as double) as at_risk_count
    from curves

),

{# A product is the exponential of a sum of logarithms; where all who are left end, it is 0, and the last factor. #}
factors as (

    select
        *,
        case when ended_count < at_risk_count then ln(1 - ended_count / at_risk_count) else 0 end as log_factor,
        coalesce(ended_count / nullif(at_risk_count * (at_risk_count - ended_count), 0), 0) as greenwood_part
    from at_risk

),

survivals as (

    select
        *,
        sum(log_factor) over ({{ upwards }}) as log_survival,
        sum(greenwood_part) over ({{ upwards }}) as greenwood_sum
    from factors

),

parts as (

    select
        *,
        exp(log_survival - log_factor) * converted_count / at_risk_count as converted_part,
        exp(log_survival - log_factor) * lost_count / at_risk_count as lost_part,
        exp(log_survival - log_factor) * expired_count / at_risk_count as expired_part
    from survivals

),

incidences as (

    select
        *,
        case when ended_count = at_risk_count then 0 else exp(log_survival) end as open_share,
        sum(converted_part) over ({{ upwards }}) as converted_share,
        sum(lost_part) over ({{ upwards }}) as lost_share,
        sum(expired_part) over ({{ upwards }}) as expired_share,
        sum(converted_part / at_risk_count) over ({{ upwards }}) as shared_sum,
        sum(coalesce(
            converted_part * converted_part * (at_risk_count - converted_count)
            / nullif(converted_count * at_risk_count, 0), 0
        )) over ({{ upwards }}) as own_sum
    from parts

),

moments as (

    select
        *,
        sum(converted_share * greenwood_part) over ({{ upwards }}) as first_moment,
        sum(converted_share * converted_share * greenwood_part) over ({{ upwards }}) as second_moment,
        sum(converted_share * converted_part / at_risk_count) over ({{ upwards }}) as shared_moment
    from incidences

),

tellings as (

    select 1 as telling_number
    union all
    select 2

),

{# Where the step before is the start, its curve is told twice. #}
funnel_incidence_estimated as (

    select
        moments.walk_number,
        moments.step_number,
        case when tellings.telling_number = 1 then moments.measured_from else 'step_before' end as measured_from,
        moments.cohort_number,
        moments.duration,
        moments.at_risk_count,
        moments.converted_count,
        moments.lost_count,
        moments.expired_count,
        moments.open_count,
        moments.mature_count,
        moments.mature_converted_count,
        moments.open_share,
        moments.open_share * moments.open_share * moments.greenwood_sum as open_variance,
        moments.converted_share,
        moments.lost_share,
        moments.expired_share,
        greatest(
            moments.converted_share * moments.converted_share * moments.greenwood_sum
            - 2 * moments.converted_share * moments.first_moment
            + moments.second_moment
            + moments.own_sum
            - 2 * (moments.converted_share * moments.shared_sum - moments.shared_moment),
            cast(0 as double)
        ) as converted_variance
    from moments
    inner join funnel_walks_compiled as walks
        on moments.walk_number = walks.walk_number and moments.step_number = walks.step_number
    cross join tellings
    where tellings.telling_number = 1 or (walks.step_before = 1 and moments.measured_from = 'start')

)

select * from funnel_incidence_estimated
