-- The months that customers began in each stage, within the window, and what they brought in those months.
-- Whoever came in a month began it outside, so it counts from the next one on.
-- One row per stage.
with

stages as (

    select * from {{ ref('dim_stages') }}

),

stage_months_paired as (

    select * from {{ ref('int_stage_months_paired') }}

),

value_months_windowed as (

    select * from {{ ref('int_value_months_windowed') }}

),

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

contributions_valued as (

    select * from {{ ref('int_contributions_valued') }}

),

months_by_stage as (

    select
        stage_months_paired.from_stage as stage,
        sum(stage_months_paired.entities_count) as customer_months_count
    from stage_months_paired
    inner join value_months_windowed
        on
            stage_months_paired.month_start_date = value_months_windowed.month_start_date
            and stage_months_paired.lifecycle_id = 'customer'
    group by stage_months_paired.from_stage

),

contributions_by_stage as (

    select
        stage_intervals.stage,
        sum(contributions_valued.contribution_amount) as contribution_amount,
        count(case when contributions_valued.record_type = 'order' then 1 end) as orders_count,
        count(case when contributions_valued.record_type = 'order' and contributions_valued.is_costed then 1 end)
            as costed_orders_count,
        min(contributions_valued.currency) as first_currency,
        max(contributions_valued.currency) as last_currency
    from contributions_valued
    inner join value_months_windowed
        on
            contributions_valued.occurred_at >= value_months_windowed.month_start_date
            and contributions_valued.occurred_at < value_months_windowed.next_month_start_date
    inner join stage_intervals
        on
            contributions_valued.customer_id = stage_intervals.entity_id
            and stage_intervals.lifecycle_id = 'customer'
            and value_months_windowed.month_start_date > stage_intervals.valid_from_at
            and value_months_windowed.month_start_date
            <= coalesce(stage_intervals.valid_to_at, contributions_valued.occurred_at)
    group by stage_intervals.stage

),

state_contributions_pooled as (

    select
        stages.stage,
        coalesce(months_by_stage.customer_months_count, 0) as customer_months_count,
        coalesce(contributions_by_stage.contribution_amount, 0) as contribution_amount,
        coalesce(contributions_by_stage.orders_count, 0) as orders_count,
        coalesce(contributions_by_stage.costed_orders_count, 0) as costed_orders_count,
        contributions_by_stage.first_currency,
        contributions_by_stage.last_currency
    from stages
    left join months_by_stage
        on stages.stage = months_by_stage.stage
    left join contributions_by_stage
        on stages.stage = contributions_by_stage.stage
    where stages.lifecycle_id = 'customer'

)

select * from state_contributions_pooled
