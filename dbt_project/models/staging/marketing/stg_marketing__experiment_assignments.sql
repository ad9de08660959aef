-- A person's arm in an experiment, as last stated by the source up to the load horizon.
-- One row per experiment id and contact id.
with

source as (

    select * from {{ source('marketing', 'experiment_assignments') }}

),

load_horizon as (

    select * from {{ ref('int_load_horizons_resolved') }}

),

known as (

    select source.*
    from source
    inner join load_horizon
        on source._loaded_at <= load_horizon.known_at

),

{# An arm that is stated again is not changed: the first word holds. #}
ranked as (

    select
        *,
        row_number() over (
            partition by experiment_id, contact_id
            order by {{ read_timestamp('assigned_at') }} asc, _loaded_at asc, _source_row asc
        ) as version_rank
    from known

),

experiment_assignments as (

    select
        -- ids
        experiment_id,
        contact_id,

        -- strings
        arm,

        -- numerics
        {{ dbt.safe_cast('probability', 'double') }} as probability,

        -- timestamps
        {{ read_timestamp('assigned_at') }} as assigned_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from experiment_assignments
