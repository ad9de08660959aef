-- The instants at which an event came that a rule listens to, by type, stated value and amount; several events of
-- one instant are one, with the first record as evidence. What a source states counts each by itself, in its order.
-- A customer hears every event of its own; a deal, ticket, contract, partner or member of staff those about itself.
-- One row per lifecycle id, rule id, entity id, instant and statement number.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

rule_event_types as (

    select
        stage_rules_compiled.*,
        event_types.event_type
    from stage_rules_compiled
    inner join event_types
        on '|' || stage_rules_compiled.event_types || '|' like '%|' || event_types.event_type || '|%'

),

entity_events as (

    select
        customer_events.*,
        'customer' as lived_by,
        customer_events.customer_id as lived_by_id
    from customer_events
    where customer_events.customer_id is not null
    union all
    select
        customer_events.*,
        customer_events.entity_type as lived_by,
        customer_events.entity_id as lived_by_id
    from customer_events
    where customer_events.entity_type != 'customer' and customer_events.entity_id is not null

),

matches as (

    select
        rules.lifecycle_id,
        rules.rule_id,
        events.lived_by_id as entity_id,
        events.customer_id,
        events.occurred_at,
        events.source_table,
        events.source_record_id,
        events.amount,
        events.loaded_at,
        case
            when rules.rule_trigger = 'source'
                then row_number() over (
                    partition by
                        rules.lifecycle_id, events.lived_by_id, events.occurred_at, rules.rule_trigger
                    order by events.source_record_id, events.event_id, rules.rule_id
                )
            else 0
        end as statement_number,
        row_number() over (
            partition by rules.lifecycle_id, rules.rule_id, events.lived_by_id, events.occurred_at
            order by events.source_record_id, events.event_id
        ) as instant_rank,
        count(*) over (
            partition by rules.lifecycle_id, rules.rule_id, events.lived_by_id, events.occurred_at
        ) as instant_events_count,
        sum(events.amount) over (
            partition by rules.lifecycle_id, rules.rule_id, events.lived_by_id, events.occurred_at
        ) as instant_amount
    from rule_event_types as rules
    inner join entity_events as events
        on
            rules.entity_type = events.lived_by
            and rules.event_type = events.event_type
    where
        (rules.min_amount is null or events.amount >= rules.min_amount)
        and (rules.max_amount is null or events.amount <= rules.max_amount)
        and (
            rules.stated_values is null
            or '|' || rules.stated_values || '|' like '%|' || events.stated_value || '|%'
        )

),

stage_rule_events_matched as (

    select *
    from matches
    where instant_rank = 1 or statement_number > 0

)

select * from stage_rule_events_matched
