-- When customers came back: by the stages, from churned to a stage of progress, or within the horizon of an
-- experiment.
-- One row per customer id and returned at.
with

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

returns_found as (

    select
        stage_transitions.customer_id,
        stage_transitions.occurred_at as returned_at
    from stage_transitions
    inner join lifecycle_stages
        on
            stage_transitions.lifecycle_id = lifecycle_stages.lifecycle_id
            and stage_transitions.to_stage = lifecycle_stages.stage
    where
        stage_transitions.lifecycle_id = 'customer'
        and stage_transitions.from_stage = 'churned'
        and lifecycle_stages.kind = 'progress'
    union
    select
        customer_id,
        recalled_at
    from assignments_followed
    where recalled_at is not null

)

select * from returns_found
