-- Where a customer stands in the lifecycle `customer`, and how far it has ever come: the progress stage with the
-- highest place on the way; of several at one place the one with the lowest number. A stay of no length counts.
-- And what brought it back, when it last came back.
-- One row per customer id.
with

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

moves_ranked as (

    select
        stage_transitions.customer_id,
        stage_transitions.to_stage,
        stage_transitions.reactivation_source,
        stage_transitions.occurred_at,
        stage_transitions.move_number,
        case
            when stage_transitions.reactivation_source is not null then stage_transitions.move_number
        end as return_number,
        case
            when lifecycle_stages.kind = 'progress'
                then row_number() over (
                    partition by stage_transitions.customer_id, lifecycle_stages.kind
                    order by
                        lifecycle_stages.stage_order desc,
                        lifecycle_stages.stage_number asc,
                        stage_transitions.move_number asc
                )
        end as height_rank
    from stage_transitions
    inner join lifecycle_stages
        on
            stage_transitions.lifecycle_id = lifecycle_stages.lifecycle_id
            and stage_transitions.to_stage = lifecycle_stages.stage
    where stage_transitions.lifecycle_id = 'customer'

),

customer_stages_summed as (

    select
        customer_id,
        max_by(to_stage, move_number) as lifecycle_stage,
        max(case when height_rank = 1 then to_stage end) as highest_stage,
        max_by(reactivation_source, return_number) as reactivation_source,
        max_by(occurred_at, move_number) as stage_entered_at,
        max(case when height_rank = 1 then occurred_at end) as highest_stage_reached_at
    from moves_ranked
    group by customer_id

)

select * from customer_stages_summed
