-- The score of each group of measures on each score date: the mean of what is known by its weights, or where the worst
-- alone counts that; and how much of the group's weight is known of the customer.
-- One row per customer id, score date and health group.
with

health_components_scored as (

    select * from {{ ref('int_health_components_scored') }}

),

health_groups as (

    select * from {{ ref('health_groups') }}

),

{# Sums of decimals are exact, whatever the order of the rows. #}
groups_summed as (

    select
        customer_id,
        score_date,
        health_group,
        cast(sum(case when component_score is not null then cast(measure_weight as decimal(18, 9)) end) as double)
            as scored_weight,
        cast(sum(
            case when value_status in ('known', 'last_known') then cast(measure_weight as decimal(18, 9)) else 0 end
        ) as double) as covered_weight,
        cast(sum(cast(measure_weight * component_score as decimal(18, 9))) as double) as weighted_sum,
        min(component_score) as lowest_score
    from health_components_scored
    group by customer_id, score_date, health_group

),

health_groups_scored as (

    select
        groups_summed.customer_id,
        groups_summed.score_date,
        groups_summed.health_group,
        health_groups.group_weight,
        groups_summed.scored_weight,
        groups_summed.covered_weight,
        case
            when health_groups.aggregation = 'worst_of' then groups_summed.lowest_score
            else groups_summed.weighted_sum / groups_summed.scored_weight
        end as group_score
    from groups_summed
    inner join health_groups
        on groups_summed.health_group = health_groups.health_group

)

select * from health_groups_scored
