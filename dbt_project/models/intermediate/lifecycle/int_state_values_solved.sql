-- What a customer in a stage will bring, now and in all months to come: V = v + d P V, solved for V.
-- v is the mean contribution of a month begun in the stage, P where such months led, d what a month's delay leaves.
-- A stage in which nobody began a month brings nothing here.
-- One row per stage.
with

state_contributions_pooled as (

    select * from {{ ref('int_state_contributions_pooled') }}

),

stage_months_paired as (

    select * from {{ ref('int_stage_months_paired') }}

),

value_months_windowed as (

    select * from {{ ref('int_value_months_windowed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

moves as (

    select
        stage_months_paired.from_stage,
        stage_months_paired.to_stage,
        sum(stage_months_paired.entities_count) as entities_count
    from stage_months_paired
    inner join value_months_windowed
        on
            stage_months_paired.month_start_date = value_months_windowed.month_start_date
            and stage_months_paired.lifecycle_id = 'customer'
    group by stage_months_paired.from_stage, stage_months_paired.to_stage

),

stages as (

    select
        stage,
        row_number() over (order by stage) as stage_place,
        cast(nullif(customer_months_count, 0) as double) as customer_months_count,
        coalesce(contribution_amount / cast(nullif(customer_months_count, 0) as double), 0) as mean_contribution
    from state_contributions_pooled

),

coefficients as (

    select
        stages.stage,
        stages.stage_place,
        stages.mean_contribution,
        next_stages.stage_place as next_stage_place,
        case when stages.stage = next_stages.stage then 1 else 0 end
        - coalesce(moves.entities_count / stages.customer_months_count, 0)
        / (1 + thresholds.threshold_value) as coefficient
    from stages
    cross join stages as next_stages
    inner join thresholds
        on thresholds.threshold_id = 'state_value_monthly_discount_rate'
    left join moves
        on stages.stage = moves.from_stage and next_stages.stage = moves.to_stage

),

equations as (

    select
        stage,
        stage_place,
        mean_contribution,
        {{ ordered_array('coefficient', 'next_stage_place') }} as coefficients
    from coefficients
    group by stage, stage_place, mean_contribution

),

solution as (

    select {{ solve_linear_system('coefficients', 'mean_contribution', 'stage_place') }} as state_values
    from equations

),

state_values_solved as (

    select
        stages.stage,
        cast({{ array_element('solution.state_values', 'stages.stage_place') }} as decimal(18, 4)) as state_value
    from stages
    cross join solution

)

select * from state_values_solved
