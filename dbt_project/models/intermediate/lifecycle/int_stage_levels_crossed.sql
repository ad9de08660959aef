-- When a level over moving windows became true: a decline (of the last days against as many days before) or a signal
-- (so many events within the last days). A window of w days ending at t holds what came after t - w, up to t.
-- What the windows hold changes when an event comes, when it leaves the last days, and when it leaves those before.
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

weights as (

    select
        matched.*,
        rules.rule_trigger,
        rules.window_days,
        case
            when rules.decline_measure = 'amount' then cast(coalesce(matched.instant_amount, 0) as decimal(18, 4))
            else cast(matched.instant_events_count as decimal(18, 4))
        end as weight
    from stage_rule_events_matched as matched
    inner join stage_rules_compiled as rules
        on
            matched.lifecycle_id = rules.lifecycle_id
            and matched.rule_id = rules.rule_id
    where rules.rule_trigger in ('decline', 'signal')

),

changes as (

    {% for windows_past, recent, earlier in [(0, 'weight', '0'), (1, '-weight', 'weight'), (2, '0', '-weight')] %}
        select
            *,
            {{ dbt.dateadd('day', windows_past ~ ' * window_days', 'occurred_at') }} as changed_at,
            cast({{ recent }} as decimal(18, 4)) as recent_change,
            cast({{ earlier }} as decimal(18, 4)) as earlier_change
        from weights
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

instants as (

    select
        lifecycle_id,
        rule_id,
        entity_id,
        changed_at,
        min(customer_id) as customer_id,
        min(source_table) as source_table,
        min(source_record_id) as source_record_id,
        max(loaded_at) as loaded_at,
        sum(recent_change) as recent_change,
        sum(earlier_change) as earlier_change
    from changes
    group by lifecycle_id, rule_id, entity_id, changed_at

),

levels as (

    select
        *,
        cast(sum(recent_change) over (
            partition by lifecycle_id, rule_id, entity_id
            order by changed_at
        ) as double) as recent,
        cast(sum(earlier_change) over (
            partition by lifecycle_id, rule_id, entity_id
            order by changed_at
        ) as double) as earlier,
        max(loaded_at) over (
            partition by lifecycle_id, rule_id, entity_id
            order by changed_at
        ) as all_loaded_at
    from instants

),

judged as (

    select
        levels.*,
        rules.min_count,
        rules.decline_ratio,
        case
            when rules.rule_trigger = 'signal' then levels.recent >= rules.min_count
            else levels.earlier > 0 and levels.recent <= rules.decline_ratio * levels.earlier
        end as is_met
    from levels
    inner join stage_rules_compiled as rules
        on
            levels.lifecycle_id = rules.lifecycle_id
            and levels.rule_id = rules.rule_id

),

judged_with_previous as (

    select
        *,
        lag(is_met) over (
            partition by lifecycle_id, rule_id, entity_id
            order by changed_at
        ) as was_met
    from judged

),

stage_levels_crossed as (

    select
        judged_with_previous.lifecycle_id,
        judged_with_previous.rule_id,
        judged_with_previous.entity_id,
        judged_with_previous.customer_id,
        judged_with_previous.changed_at as occurred_at,
        judged_with_previous.source_table as evidence_source,
        judged_with_previous.source_record_id as evidence_record_id,
        case
            when judged_with_previous.decline_ratio is null then judged_with_previous.recent
            else judged_with_previous.recent / judged_with_previous.earlier
        end as evidence_value,
        cast(coalesce(judged_with_previous.decline_ratio, judged_with_previous.min_count) as double) as threshold,
        greatest(judged_with_previous.all_loaded_at, judged_with_previous.changed_at) as known_from_at
    from judged_with_previous
    inner join build_clocks_resolved
        on judged_with_previous.changed_at <= build_clocks_resolved.as_of
    where judged_with_previous.is_met and not coalesce(judged_with_previous.was_met, false)

)

select * from stage_levels_crossed
