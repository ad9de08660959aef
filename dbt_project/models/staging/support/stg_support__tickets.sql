-- A request for help, as last stated by the source up to the load horizon.
-- One row per ticket id.
with

source as (

    select * from {{ source('support', 'tickets') }}

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

ranked as (

    select
        *,
        {{ version_rank(['ticket_id'], updated_at='updated_at') }} as version_rank
    from known

),

tickets as (

    select
        -- ids
        ticket_id,
        customer_id,
        contact_id,
        assignee_id,

        -- strings
        {{ hash_email('requester_key') }} as requester_email_hash,
        channel,
        category,
        severity,
        priority,
        status,
        sentiment,

        -- booleans
        {{ dbt.safe_cast('is_pre_sale', 'boolean') }} as is_pre_sale,

        -- timestamps
        {{ read_timestamp('created_at') }} as created_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        {{ read_timestamp('solved_at') }} as solved_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from tickets
