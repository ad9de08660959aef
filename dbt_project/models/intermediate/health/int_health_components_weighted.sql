-- How much each component counts in a customer's health score today: its weight within its group, times the group's.
-- The weight of what is passed over goes to the others; where the worst alone counts, it has all the weight.
-- One row per customer id and health measure id.
with

health_components_scored as (

    select * from {{ ref('int_health_components_scored') }}

),

health_groups_scored as (

    select * from {{ ref('int_health_groups_scored') }}

),

health_groups as (

    select * from {{ ref('health_groups') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

components_today as (

    select
        scored.*,
        groups_told.aggregation,
        row_number() over (
            partition by scored.customer_id, scored.health_group
            order by scored.component_score asc nulls last, scored.health_measure_id asc
        ) as lowest_rank
    from health_components_scored as scored
    inner join score_dates_listed
        on scored.score_date = score_dates_listed.score_date and score_dates_listed.is_current
    inner join health_groups as groups_told
        on scored.health_group = groups_told.health_group

),

groups_today as (

    select
        scored.*,
        case
            when scored.group_score is null then 0
            when overall.aggregation = 'weighted'
                then scored.group_weight / sum(case when scored.group_score is not null then scored.group_weight end)
                    over (partition by scored.customer_id)
            when row_number() over (
                partition by scored.customer_id order by scored.group_score asc nulls last, scored.health_group asc
            ) = 1 then 1
            else 0
        end as weight_of_group
    from health_groups_scored as scored
    inner join score_dates_listed
        on scored.score_date = score_dates_listed.score_date and score_dates_listed.is_current
    inner join health_groups as overall
        on overall.health_group = 'overall'

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
        groups_today.group_weight * components.measure_weight as stated_weight,
        round(groups_today.weight_of_group * case
            when components.component_score is null then 0
            when components.aggregation != 'worst_of' then components.measure_weight / groups_today.scored_weight
            when components.lowest_rank = 1 then 1
            else 0
        end, 9) as effective_weight
    from components_today as components
    inner join groups_today
        on
            components.customer_id = groups_today.customer_id
            and components.health_group = groups_today.health_group

)

select * from health_components_weighted
