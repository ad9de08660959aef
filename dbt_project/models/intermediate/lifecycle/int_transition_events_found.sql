-- The events on which each transition rests: those that its rule hears at the instant, or within the span of time.
-- Instants are looked up by equality; a span meets the events of its own buckets only.
-- One row per transition id and event id.
with

transition_spans_bounded as (

    select * from {{ ref('int_transition_spans_bounded') }}

),

span_events_bucketed as (

    select * from {{ ref('int_span_events_bucketed') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

hearers as (

    select 'customer' as heard_by
    union all
    select 'entity'

),

{# A customer's rule hears every event of the customer, that of a deal or a ticket only its own. #}
events_by_hearer as (

    select
        case hearers.heard_by when 'customer' then 'customer' else customer_events.entity_type end as entity_type,
        case hearers.heard_by when 'customer' then customer_events.customer_id else customer_events.entity_id end
            as entity_id,
        customer_events.source_record_id,
        customer_events.occurred_at,
        customer_events.event_id,
        customer_events.event_type,
        customer_events.stated_value,
        customer_events.amount
    from customer_events
    cross join hearers
    where hearers.heard_by = 'customer' or customer_events.entity_type != 'customer'

),

found_at_instants as (

    select
        spans.*,
        events.event_id,
        events.event_type,
        events.stated_value,
        events.amount
    from transition_spans_bounded as spans
    inner join events_by_hearer as events
        on
            spans.entity_type = events.entity_type
            and spans.entity_id = events.entity_id
            and spans.heard_until_at = events.occurred_at
    where not spans.has_span and coalesce(spans.stated_record_id = events.source_record_id, true)

),

found_within_spans as (

    {% for buckets_past in [0, 1, 2] %}
        select
            spans.*,
            events.event_id,
            events.event_type,
            events.stated_value,
            events.amount
        from transition_spans_bounded as spans
        inner join span_events_bucketed as events
            on
                spans.lifecycle_id = events.lifecycle_id
                and spans.rule_id = events.rule_id
                and spans.entity_id = events.entity_id
                and spans.bucket_number - {{ buckets_past }} = events.bucket_number
                and spans.heard_until_at >= events.occurred_at
        where spans.has_span and coalesce(spans.heard_after_at < events.occurred_at, true)
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

found as (

    select * from found_at_instants
    union all
    select * from found_within_spans

),

transition_events_found as (

    select
        found.transition_id,
        found.event_id,
        case
            when stage_rules.stated_values is not null then 'stated_value'
            when
                stage_rules.min_amount is not null
                or stage_rules.max_amount is not null
                or stage_rules.window_measure = 'amount'
                then 'amount'
            else 'event_type'
        end as field
    from found
    inner join stage_rules
        on
            found.lifecycle_id = stage_rules.lifecycle_id
            and found.rule_id = stage_rules.rule_id
    where
        {{ is_listed('found.event_type', 'stage_rules.event_types') }}
        and (stage_rules.min_amount is null or found.amount >= stage_rules.min_amount)
        and (stage_rules.max_amount is null or found.amount <= stage_rules.max_amount)
        and (
            stage_rules.stated_values is null
            or {{ is_listed('found.stated_value', 'stage_rules.stated_values') }}
        )

)

select * from transition_events_found
