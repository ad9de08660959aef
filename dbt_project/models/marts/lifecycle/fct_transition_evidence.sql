-- Which records of the sources fired each transition, and what its rule looked at in them.
-- One row per transition evidence id.
with

transition_events_found as (

    select * from {{ ref('int_transition_events_found') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

transition_evidence as (

    select
        -- ids
        {{ surrogate_key(['found.transition_id', 'found.event_id']) }} as transition_evidence_id,
        found.transition_id,
        found.event_id,
        customer_events.source_record_id as evidence_record_id,

        -- strings
        customer_events.source_table as evidence_source,
        customer_events.event_type,
        found.field,
        case found.field
            when 'stated_value' then customer_events.stated_value
            when 'amount' then cast(customer_events.amount as string)
            else customer_events.event_type
        end as field_value,

        -- timestamps
        customer_events.occurred_at,
        customer_events.loaded_at
    from transition_events_found as found
    inner join customer_events
        on found.event_id = customer_events.event_id

)

select * from transition_evidence
