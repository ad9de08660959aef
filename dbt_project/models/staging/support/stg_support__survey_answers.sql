-- A customer's answer to a survey, as last stated by the source up to the load horizon.
-- One row per answer id.
with

source as (

    select * from {{ source('support', 'survey_answers') }}

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
        {{ version_rank(['answer_id']) }} as version_rank
    from known

),

survey_answers as (

    select
        -- ids
        answer_id,
        survey_id,
        contact_id,
        customer_id,
        ticket_id,

        -- numerics
        {{ dbt.safe_cast('score', 'double') }} as score,

        -- timestamps
        {{ read_timestamp('answered_at') }} as answered_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from survey_answers
