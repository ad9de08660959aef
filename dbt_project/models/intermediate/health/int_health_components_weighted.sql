-- How much each component counts in a customer's health score on a score date: its weight within its group, times the
-- group's. The weight of what is passed over goes to the others; where the worst alone counts, it has all the weight.
-- One row per customer id, score date and health measure id.
with

health_components_scored as (

    select * from {{ ref('int_health_components_scored') }}

),

health_groups as (

    select * from {{ ref('health_groups') }}

),

components as (

    select
        scored.*,
        groups_told.group_weight,
        groups_told.aggregation,
        overall.aggregation as overall_aggregation,
        sum(case when scored.component_score is not null then scored.measure_weight end) over (
            partition by scored.customer_id, scored.score_date, scored.health_group
        ) as known_weight_of_group,
        row_number() over (
            partition by scored.customer_id, scored.score_date, scored.health_group
            order by scored.component_score asc nulls last, scored.health_measure_id asc
        ) as lowest_rank
    from health_components_scored as scored
    inner join health_groups as groups_told
        on scored.health_group = groups_told.health_group
    inner join health_groups as overall
        on overall.health_group = 'overall'

),

components_in_groups as (

    select
        *,
        case
            when component_score is null then 0
            when aggregation = 'worst_of' and lowest_rank = 1 then 1
            when aggregation = 'worst_of' then 0
            else measure_weight / known_weight_of_group
        end as weight_in_group
    from components

),

groups_scored as (

    select
        customer_id,
        score_date,
        health_group,
        group_weight,
        overall_aggregation,
        cast(sum(cast(weight_in_group * component_score as decimal(18, 9))) as double) as group_score
    from components_in_groups
    where component_score is not null
    group by customer_id, score_date, health_group, group_weight, overall_aggregation

),

groups_weighted as (

    select
        customer_id,
        score_date,
        health_group,
        case
            when overall_aggregation = 'weighted'
                then group_weight / sum(group_weight) over (partition by customer_id, score_date)
            when row_number() over (
                partition by customer_id, score_date order by group_score asc, health_group asc
            ) = 1 then 1
            else 0
        end as weight_of_group
    from groups_scored

),

health_components_weighted as (

    select
        components.customer_id,
        components.score_date,
        components.health_measure_id,
        components.health_group,
        components.measure_value,
        components.value_status,
        components.component_score,
        components.group_weight * components.measure_weight as stated_weight,
        round(coalesce(components.weight_in_group * groups_weighted.weight_of_group, 0), 9) as effective_weight
    from components_in_groups as components
    left join groups_weighted
        on
            components.customer_id = groups_weighted.customer_id
            and components.score_date = groups_weighted.score_date
            and components.health_group = groups_weighted.health_group

)

select * from health_components_weighted
