{%- set score -%}
    case
        when measure_value is not null
            then least(greatest((measure_value - worst_value) / (best_value - worst_value), 0), 1) * 100
    end
{%- endset -%}
{# One row per snapshot and measure costs more to write down than to find again. #}
{{ config(materialized='view') }}
-- Each measure of a customer's health on each score date, scored from 0, the worst, to 100, the best; what is not
-- known as the dictionary says: passed over, counted as 0, or as it was last known.
-- One row per customer id, score date and health measure id.
with

health_measures as (

    select * from {{ ref('health_measures') }}

),

{# What may count as it was last known is read apart: whatever is read twice, DuckDB keeps a copy of. #}
{% for components, policies in {'components': "('skip', 'zero', 'last')", 'earlier_components': "('last')"}.items() -%}
    {{ components }}_read as (

        select
            snapshots_measured.customer_id,
            snapshots_measured.score_date,
            health_measures.health_measure_id,
            health_measures.health_group,
            health_measures.measure_weight,
            health_measures.worst_value,
            health_measures.best_value,
            health_measures.missing_policy,
            {{ snapshot_measure('health_measures.measure') }} as measure_value
        from {{ ref('int_snapshots_measured') }} as snapshots_measured
        inner join health_measures
            on health_measures.missing_policy in {{ policies }}

    ),

    {{ components }} as (

        select
            *,
            {{ score }} as known_score
        from {{ components }}_read

    ),
{% endfor %}

last_known as (

    select
        customer_id,
        health_measure_id,
        score_date,
        max_by(known_score, case when known_score is not null then score_date end) over (
            partition by customer_id, health_measure_id order by score_date
            rows between unbounded preceding and current row
        ) as last_score
    from earlier_components

),

health_components_scored as (

    select
        components.customer_id,
        components.score_date,
        components.health_measure_id,
        components.health_group,
        components.measure_weight,
        components.measure_value,
        case
            when components.known_score is not null then 'known'
            when components.missing_policy = 'zero' then 'counted_as_zero'
            when last_known.last_score is not null then 'last_known'
            else 'passed_over'
        end as value_status,
        round(coalesce(
            components.known_score,
            case when components.missing_policy = 'zero' then 0 end,
            last_known.last_score
        ), 6) as component_score
    from components
    left join last_known
        on
            components.customer_id = last_known.customer_id
            and components.health_measure_id = last_known.health_measure_id
            and components.score_date = last_known.score_date

)

select * from health_components_scored
