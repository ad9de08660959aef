-- The rules that became true for an entity at one instant: an event happened or was stated by its source, a silence
-- grew long enough, a level was crossed. Each rule is a bit of one number; those of one turn act together.
-- One row per life number, instant, turn number and stated record id.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_events_heard as (

    select * from {{ ref('int_stage_events_heard') }}

),

stage_events_picked as (

    select * from {{ ref('int_stage_events_picked') }}

),

stage_silences_completed as (

    select * from {{ ref('int_stage_silences_completed') }}

),

stage_levels_crossed as (

    select * from {{ ref('int_stage_levels_crossed') }}

),

rules_of_hearings as (

    select
        lifecycle_id,
        hearing_number,
        turn_number,
        cast(sum(rule_bit) as bigint) as rule_bits
    from stage_rules_compiled
    where
        rule_trigger in ('event', 'source')
        and event_number is null
        and window_days is null
        and prelude_hearing_number is null
    group by lifecycle_id, hearing_number, turn_number

),

rules_come_true as (

    select
        heard.life_number,
        heard.lifecycle_id,
        heard.occurred_at,
        rules_of_hearings.turn_number,
        heard.stated_record_id,
        rules_of_hearings.rule_bits
    from stage_events_heard as heard
    inner join rules_of_hearings
        on
            heard.lifecycle_id = rules_of_hearings.lifecycle_id
            and heard.hearing_number = rules_of_hearings.hearing_number
    {% for relation in ['stage_events_picked', 'stage_silences_completed', 'stage_levels_crossed'] %}
        union all
        select
            found.life_number,
            found.lifecycle_id,
            found.occurred_at,
            rules.turn_number,
            '',
            rules.rule_bit
        from {{ relation }} as found
        inner join stage_rules_compiled as rules
            on
                found.lifecycle_id = rules.lifecycle_id
                and found.rule_id = rules.rule_id
    {% endfor %}

),

stage_instants_bundled as (

    select
        life_number,
        lifecycle_id,
        occurred_at,
        turn_number,
        stated_record_id,
        cast(sum(rule_bits) as bigint) as bundle
    from rules_come_true
    group by life_number, lifecycle_id, occurred_at, turn_number, stated_record_id

)

select * from stage_instants_bundled
