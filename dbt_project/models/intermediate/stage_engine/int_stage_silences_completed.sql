-- When an entity had been silent for as long as a rule says: so many days, or a multiple of its own mean gap
-- between events as known at that moment, within a floor and a ceiling. Before a second event there is no gap, and
-- the rule's days hold. A silence is complete at its last second, unless the next event came by then.
-- Silences that will be complete if nothing comes are here too.
-- One row per life number, rule id and instant.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_events_heard as (

    select * from {{ ref('int_stage_events_heard') }}

),

listened_to as (

    select distinct
        lifecycle_id,
        hearing_number
    from stage_rules_compiled
    where rule_trigger = 'inactivity'

),

gaps as (

    select
        heard.*,
        lead(heard.occurred_at) over (
            partition by heard.life_number, heard.hearing_number
            order by heard.occurred_at
        ) as next_occurred_at,
        min(heard.occurred_at) over (
            partition by heard.life_number, heard.hearing_number
            order by heard.occurred_at
        ) as first_occurred_at,
        max(heard.loaded_at) over (
            partition by heard.life_number, heard.hearing_number
            order by heard.occurred_at
        ) as all_loaded_at,
        row_number() over (
            partition by heard.life_number, heard.hearing_number
            order by heard.occurred_at
        ) - 1 as gaps_count
    from stage_events_heard as heard
    inner join listened_to
        on
            heard.lifecycle_id = listened_to.lifecycle_id
            and heard.hearing_number = listened_to.hearing_number

),

silences as (

    select
        gaps.*,
        rules.rule_id,
        case
            when rules.gap_multiple is null or gaps.gaps_count = 0 then cast(rules.silent_days as bigint) * 86400
            else cast(floor(least(
                greatest(
                    rules.gap_multiple
                    * {{ dbt.datediff('gaps.first_occurred_at', 'gaps.occurred_at', 'second') }}
                    / cast(gaps.gaps_count as double),
                    cast(coalesce(rules.min_silent_days, 0) as double) * 86400
                ),
                cast(coalesce(rules.max_silent_days, 24000) as double) * 86400
            )) as bigint)
        end as silent_seconds,
        case when rules.gap_multiple is null then gaps.loaded_at else gaps.all_loaded_at end as length_loaded_at
    from gaps
    inner join stage_rules_compiled as rules
        on
            gaps.lifecycle_id = rules.lifecycle_id
            and gaps.hearing_number = rules.hearing_number
            and rules.rule_trigger = 'inactivity'

),

silences_with_end as (

    select
        *,
        {{ dbt.dateadd('second', 'silent_seconds', 'occurred_at') }} as silent_from_at
    from silences

),

stage_silences_completed as (

    select
        silences_with_end.life_number,
        silences_with_end.lifecycle_id,
        silences_with_end.rule_id,
        silences_with_end.silent_from_at as occurred_at,
        silences_with_end.source_table as evidence_source,
        silences_with_end.source_record_id as evidence_record_id,
        silences_with_end.silent_seconds / cast(86400 as double) as evidence_value,
        silences_with_end.silent_seconds / cast(86400 as double) as threshold,
        greatest(silences_with_end.length_loaded_at, silences_with_end.silent_from_at) as known_from_at
    from silences_with_end
    where
        coalesce(silences_with_end.next_occurred_at > silences_with_end.silent_from_at, true)
        and silences_with_end.silent_seconds > 0

)

select * from stage_silences_completed
