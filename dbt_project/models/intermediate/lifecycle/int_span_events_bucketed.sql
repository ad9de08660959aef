-- The events heard by rules that look back over a span of time, numbered by the bucket of time into which they fall.
-- A bucket is as long as the rule's window, so a look back never meets more than three; a whole life is one bucket.
-- One row per lifecycle id, rule id, entity id and event id.
with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

span_rules as (

    select
        stage_rules.*,
        lifecycles.entity_type as lived_by
    from stage_rules
    inner join lifecycles
        on stage_rules.lifecycle_id = lifecycles.lifecycle_id
    where stage_rules.window_days is not null or stage_rules.event_number is not null

),

span_events_bucketed as (

    select
        span_rules.lifecycle_id,
        span_rules.rule_id,
        case when span_rules.lived_by = 'customer' then events.customer_id else events.entity_id end as entity_id,
        events.event_id,
        events.event_type,
        events.stated_value,
        events.amount,
        events.occurred_at,
        coalesce(cast(floor(
            {{ dbt.datediff("cast('1970-01-01' as timestamp)", 'events.occurred_at', 'second') }}
            / (span_rules.window_days * cast(86400 as double))
        ) as bigint), 0) as bucket_number
    from span_rules
    inner join customer_events as events
        on {{ is_listed('events.event_type', 'span_rules.event_types') }}
    where span_rules.lived_by = 'customer' or span_rules.lived_by = events.entity_type

)

select * from span_events_bucketed
