-- Of the events that some rules hear, those that they pick: the n-th of an entity, or those that follow another event
-- within so many days. Several events of one instant count as they are, but act once.
-- One row per life number, rule id and instant.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_events_heard as (

    select * from {{ ref('int_stage_events_heard') }}

),

picking_rules as (

    select *
    from stage_rules_compiled
    where event_number is not null or prelude_hearing_number is not null

),

events_of_rules as (

    {% for hearing, is_prelude in [('hearing_number', 'false'), ('prelude_hearing_number', 'true')] %}
        select
            picking_rules.lifecycle_id,
            picking_rules.rule_id,
            picking_rules.event_number,
            picking_rules.within_days,
            picking_rules.prelude_hearing_number,
            heard.life_number,
            heard.occurred_at,
            heard.loaded_at,
            {{ is_prelude }} as is_prelude,
            case when {{ is_prelude }} then 0 else heard.instant_events_count end as instant_events_count
        from picking_rules
        inner join stage_events_heard as heard
            on
                picking_rules.lifecycle_id = heard.lifecycle_id
                and picking_rules.{{ hearing }} = heard.hearing_number
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

events_with_history as (

    select
        *,
        sum(instant_events_count) over (
            partition by life_number, rule_id
            order by occurred_at
        ) as events_so_far,
        max(case when is_prelude then occurred_at end) over (
            partition by life_number, rule_id
            order by occurred_at
        ) as last_prelude_at,
        max(loaded_at) over (
            partition by life_number, rule_id
            order by occurred_at
        ) as all_loaded_at
    from events_of_rules

),

stage_events_picked as (

    select
        life_number,
        lifecycle_id,
        rule_id,
        occurred_at,
        events_so_far,
        all_loaded_at
    from events_with_history
    where
        not is_prelude
        and (
            event_number is null
            or (events_so_far >= event_number and events_so_far - instant_events_count < event_number)
        )
        and (
            prelude_hearing_number is null
            or last_prelude_at >= {{ dbt.dateadd('day', '-within_days', 'occurred_at') }}
        )

)

select * from stage_events_picked
