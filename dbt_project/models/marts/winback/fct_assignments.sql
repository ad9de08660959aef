-- Who was drawn into which arm of which experiment, when, and whether a campaign's message reached them; an arm
-- that was given never changes.
-- One row per experiment id and customer id.
with

assignments_unioned as (

    select * from {{ ref('int_assignments_unioned') }}

),

experiments_planned as (

    select * from {{ ref('int_experiments_planned') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

assignments_with_horizon as (

    select
        assignments_unioned.*,
        experiments_planned.plan_id,
        experiments_planned.wave_number,
        {{ dbt.dateadd('day', 'experiments_planned.horizon_days', 'assignments_unioned.assigned_at') }}
            as horizon_ends_at
    from assignments_unioned
    inner join experiments_planned
        on assignments_unioned.experiment_id = experiments_planned.experiment_id

),

assignments_with_neighbours as (

    select
        *,
        max(horizon_ends_at) over (
            partition by customer_id
            order by assigned_at, experiment_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_horizon_ends_at,
        lead(assigned_at) over (
            partition by customer_id
            order by assigned_at, experiment_id
        ) as next_assigned_at
    from assignments_with_horizon

),

{# The campaign of an experiment bears its id. #}
messages as (

    select
        assignments_with_horizon.experiment_id,
        assignments_with_horizon.customer_id,
        count(*) as messages_count,
        min(customer_events.occurred_at) as first_contacted_at
    from assignments_with_horizon
    inner join customer_events
        on
            assignments_with_horizon.customer_id = customer_events.customer_id
            and assignments_with_horizon.experiment_id = customer_events.campaign_id
            and assignments_with_horizon.assigned_at <= customer_events.occurred_at
            and assignments_with_horizon.horizon_ends_at >= customer_events.occurred_at
    where customer_events.direction = 'outbound'
    group by assignments_with_horizon.experiment_id, assignments_with_horizon.customer_id

),

assignments as (

    select
        -- ids
        {{ surrogate_key(['assigned.experiment_id', 'assigned.customer_id']) }} as assignment_id,
        assigned.experiment_id,
        assigned.customer_id,
        assigned.plan_id,
        assigned.offer_id,

        -- strings
        assigned.arm,
        assigned.assignment_source,

        -- numerics
        assigned.wave_number,
        cast(coalesce(messages.messages_count, 0) as bigint) as messages_count,
        assigned.probability,

        -- booleans
        assigned.has_conflicting_arms,
        messages.customer_id is not null as is_contacted,
        messages.customer_id is not null and assigned.arm = 'control' as is_contacted_holdout,
        coalesce(assigned.earlier_horizon_ends_at > assigned.assigned_at, false)
        or coalesce(assigned.next_assigned_at < assigned.horizon_ends_at, false) as is_overlapping,

        -- timestamps
        assigned.assigned_at,
        messages.first_contacted_at,
        assigned.horizon_ends_at
    from assignments_with_neighbours as assigned
    left join messages
        on
            assigned.experiment_id = messages.experiment_id
            and assigned.customer_id = messages.customer_id

)

select * from assignments
