-- When an entity had been silent for as long as a rule says: so many days, or a multiple of its own mean gap
-- between events as known at that moment, within a floor and a ceiling. Before a second event there is no gap, and
-- the rule's days hold. A silence is complete at its last second, unless the next event came by then.
-- One row per lifecycle id, rule id, entity id and instant.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_rule_events_matched as (

    select * from {{ ref('int_stage_rule_events_matched') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

gaps as (

    select
        matched.*,
        rules.silent_days,
        rules.gap_multiple,
        rules.min_silent_days,
        rules.max_silent_days,
        lead(matched.occurred_at) over (
            partition by matched.lifecycle_id, matched.rule_id, matched.entity_id
            order by matched.occurred_at
        ) as next_occurred_at,
        {{ dbt.datediff(
            'min(matched.occurred_at) over (partition by matched.lifecycle_id, matched.rule_id, matched.entity_id)',
            'matched.occurred_at',
            'second'
        ) }} as seconds_since_first,
        row_number() over (
            partition by matched.lifecycle_id, matched.rule_id, matched.entity_id
            order by matched.occurred_at
        ) - 1 as gaps_count
    from stage_rule_events_matched as matched
    inner join stage_rules_compiled as rules
        on
            matched.lifecycle_id = rules.lifecycle_id
            and matched.rule_id = rules.rule_id
    where rules.rule_trigger = 'inactivity'

),

silences as (

    select
        *,
        case
            when gap_multiple is null or gaps_count = 0 then cast(silent_days as bigint) * 86400
            else cast(floor(least(
                greatest(
                    gap_multiple * seconds_since_first / cast(gaps_count as double),
                    cast(coalesce(min_silent_days, 0) as double) * 86400
                ),
                cast(coalesce(max_silent_days, 24000) as double) * 86400
            )) as bigint)
        end as silent_seconds
    from gaps

),

silences_with_end as (

    select
        *,
        {{ dbt.dateadd('second', 'silent_seconds', 'occurred_at') }} as silent_from_at
    from silences

),

stage_silences_completed as (

    select
        silences_with_end.lifecycle_id,
        silences_with_end.rule_id,
        silences_with_end.entity_id,
        silences_with_end.customer_id,
        silences_with_end.silent_from_at as occurred_at,
        silences_with_end.source_table as evidence_source,
        silences_with_end.source_record_id as evidence_record_id,
        silences_with_end.silent_seconds / cast(86400 as double) as evidence_value,
        silences_with_end.silent_seconds / cast(86400 as double) as threshold,
        greatest(silences_with_end.loaded_at, silences_with_end.silent_from_at) as known_from_at
    from silences_with_end
    inner join build_clocks_resolved
        on silences_with_end.silent_from_at <= build_clocks_resolved.as_of
    where
        coalesce(silences_with_end.next_occurred_at > silences_with_end.silent_from_at, true)
        and silences_with_end.silent_seconds > 0

)

select * from stage_silences_completed
