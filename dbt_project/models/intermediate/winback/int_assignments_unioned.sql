-- Each customer's arm in each experiment up to as_of, whether a source states it or we have drawn it. Of a customer
-- whose records were joined later the first arm holds, so that an arm never changes.
-- One row per experiment id and customer id.
with

experiment_assignments as (

    select * from {{ ref('stg_marketing__experiment_assignments') }}

),

recorded_assignments as (

    select * from {{ source('landing', 'recorded_assignments') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

load_horizons_resolved as (

    select * from {{ ref('int_load_horizons_resolved') }}

),

{# A customer drawn earlier bears the id of its oldest record of then, which may belong to another customer now. #}
assignments as (

    select
        experiment_assignments.experiment_id,
        identity_map.customer_id,
        cast(null as string) as offer_id,
        experiment_assignments.arm,
        'stated' as assignment_source,
        experiment_assignments.contact_id as drawn_key,
        experiment_assignments.probability,
        experiment_assignments.assigned_at
    from experiment_assignments
    inner join identity_map
        on 'contact:' || experiment_assignments.contact_id = identity_map.party_key
    union all
    select
        recorded_assignments.experiment_id,
        identity_map.customer_id,
        recorded_assignments.offer_id,
        recorded_assignments.arm,
        'drawn',
        recorded_assignments.customer_id as drawn_key,
        recorded_assignments.probability,
        recorded_assignments.assigned_at
    from recorded_assignments
    inner join load_horizons_resolved
        on recorded_assignments.recorded_at <= load_horizons_resolved.known_at
    inner join identity_map
        on recorded_assignments.customer_id = {{ surrogate_key(['identity_map.party_key']) }}

),

assignments_ranked as (

    select
        assignments.*,
        row_number() over (
            partition by assignments.experiment_id, assignments.customer_id
            order by assignments.assigned_at asc, assignments.assignment_source asc, assignments.drawn_key asc
        ) as assignment_rank,
        min(assignments.arm) over (partition by assignments.experiment_id, assignments.customer_id)
        != max(assignments.arm) over (partition by assignments.experiment_id, assignments.customer_id)
            as has_conflicting_arms
    from assignments
    inner join build_clocks_resolved
        on assignments.assigned_at <= build_clocks_resolved.as_of

),

assignments_unioned as (

    select
        experiment_id,
        customer_id,
        offer_id,
        arm,
        assignment_source,
        probability,
        has_conflicting_arms,
        assigned_at
    from assignments_ranked
    where assignment_rank = 1

)

select * from assignments_unioned
