-- The health score of each customer on each score date, and how much of the stated weight was known. Below half of it
-- there is no score.
-- One row per customer id and score date.
with

health_components_weighted as (

    select * from {{ ref('int_health_components_weighted') }}

),

scores as (

    select
        customer_id,
        score_date,
        cast(
            sum(cast(effective_weight * component_score as decimal(18, 9))) as double
        ) as weighted_score,
        round(cast(sum(
            case when value_status in ('known', 'last_known') then cast(stated_weight as decimal(18, 9)) else 0 end
        ) as double), 9) as covered_weight
    from health_components_weighted
    group by customer_id, score_date

),

health_scored as (

    select
        customer_id,
        score_date,
        covered_weight,
        case when covered_weight >= 0.5 then round(weighted_score, 2) end as health_score
    from scores

)

select * from health_scored
