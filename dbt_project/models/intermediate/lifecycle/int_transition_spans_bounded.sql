-- Over which time each transition's rule looked: one instant, or all after `heard_after_at` up to `heard_until_at`.
-- An event and a statement are heard when they come, a silence begins with its last event, a decline looks back over
-- two windows, a signal and an event that needs a level over one, an n-th event over the whole life. Buckets of a
-- window's length number the time.
-- One row per transition id.
with

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

transition_spans_bounded as (

    select
        stage_transitions.transition_id,
        stage_transitions.lifecycle_id,
        stage_transitions.rule_id,
        stage_transitions.entity_type,
        stage_transitions.entity_id,
        case when stage_rules.rule_trigger = 'source' then stage_transitions.evidence_record_id end as stated_record_id,
        stage_rules.window_days is not null or stage_rules.event_number is not null as has_span,
        case
            when stage_rules.rule_trigger = 'decline'
                then {{ dbt.dateadd('day', '-2 * stage_rules.window_days', 'stage_transitions.occurred_at') }}
            when stage_rules.window_days is not null
                then {{ dbt.dateadd('day', '-stage_rules.window_days', 'stage_transitions.occurred_at') }}
        end as heard_after_at,
        case
            when stage_rules.rule_trigger = 'inactivity'
                then {{ dbt.dateadd(
                    'second',
                    'cast(-floor(stage_transitions.evidence_value * 86400 + 0.5) as bigint)',
                    'stage_transitions.occurred_at'
                ) }}
            else stage_transitions.occurred_at
        end as heard_until_at,
        coalesce(cast(floor(
            {{ dbt.datediff("cast('1970-01-01' as timestamp)", 'stage_transitions.occurred_at', 'second') }}
            / (stage_rules.window_days * cast(86400 as double))
        ) as bigint), 0) as bucket_number
    from stage_transitions
    inner join stage_rules
        on
            stage_transitions.lifecycle_id = stage_rules.lifecycle_id
            and stage_transitions.rule_id = stage_rules.rule_id

)

select * from transition_spans_bounded
