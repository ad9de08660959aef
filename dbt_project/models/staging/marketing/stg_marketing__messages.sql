-- A message sent, or held back, as last stated by the source up to the load horizon.
-- One row per message id.
with

source as (

    select * from {{ source('marketing', 'messages') }}

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
        {{ version_rank(['message_id']) }} as version_rank
    from known

),

messages as (

    select
        -- ids
        message_id,
        contact_id,
        lead_id,
        campaign_id,
        copy_id,

        -- strings
        channel,
        function_code,
        skipped_reason,

        -- booleans
        {{ dbt.safe_cast('is_transactional', 'boolean') }} as is_transactional,

        -- timestamps
        {{ read_timestamp('sent_at') }} as sent_at,
        {{ read_timestamp('opened_at') }} as opened_at,
        {{ read_timestamp('clicked_at') }} as clicked_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from messages
