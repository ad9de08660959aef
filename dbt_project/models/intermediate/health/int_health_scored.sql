-- The health score of each customer on each score date, and how much of the stated weight was known. Below half of it
-- there is no score. The weight of a group of which nothing is known goes to the others.
-- One row per customer id and score date.
with

health_groups_scored as (

    select * from {{ ref('int_health_groups_scored') }}

),

health_groups as (

    select * from {{ ref('health_groups') }}

),

scores as (

    select
        customer_id,
        score_date,
        round(cast(sum(cast(group_weight * covered_weight as decimal(18, 9))) as double), 9) as covered_weight,
        cast(sum(cast(group_weight * group_score as decimal(18, 9))) as double)
        / cast(sum(case when group_score is not null then cast(group_weight as decimal(18, 9)) end) as double)
            as weighted_score,
        min(group_score) as lowest_score
    from health_groups_scored
    group by customer_id, score_date

),

health_scored as (

    select
        scores.customer_id,
        scores.score_date,
        scores.covered_weight,
        case
            when scores.covered_weight < 0.5 then null
            when overall.aggregation = 'weighted' then round(scores.weighted_score, 2)
            else round(scores.lowest_score, 2)
        end as health_score
    from scores
    inner join health_groups as overall
        on overall.health_group = 'overall'

)

select * from health_scored
