-- What each customer's health score is made of today: every measure with its value, its score and how much it counts.
-- One row per customer id and health measure id.
with

health_components_weighted as (

    select * from {{ ref('int_health_components_weighted') }}

),

health_measures as (

    select * from {{ ref('health_measures') }}

),

health_components as (

    select
        -- ids
        weighted.customer_id,
        weighted.health_measure_id,

        -- strings
        weighted.health_group,
        health_measures.measure,
        case
            when health_measures.best_value > health_measures.worst_value then 'higher_is_better'
            else 'lower_is_better'
        end as direction,
        weighted.value_status,

        -- numerics
        weighted.measure_value,
        health_measures.worst_value,
        health_measures.best_value,
        weighted.component_score,
        weighted.stated_weight,
        weighted.effective_weight,

        -- dates
        weighted.score_date
    from health_components_weighted as weighted
    inner join health_measures
        on weighted.health_measure_id = health_measures.health_measure_id

)

select * from health_components
