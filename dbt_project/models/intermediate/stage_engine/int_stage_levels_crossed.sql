-- When a level over moving windows became true: a decline (of the last days against as many days before) or a signal
-- (so much within the last days). An event that counts only at such a level does so each time it comes.
-- A window of w days ending at t holds what came after t - w, up to t. What the windows hold changes when an event
-- comes, when it leaves the last days, and when it leaves those before; also the changes to come if nothing else does.
-- One row per life number, rule id and instant.
with

stage_rules_compiled as (

    select * from {{ ref('int_stage_rules_compiled') }}

),

stage_events_heard as (

    select * from {{ ref('int_stage_events_heard') }}

),

weights as (

    select
        heard.*,
        rules.rule_id,
        rules.window_days,
        heard.source_record_id || '|' || heard.source_table as record_key,
        case
            when rules.window_measure = 'amount' then cast(coalesce(heard.instant_amount, 0) as decimal(18, 4))
            else cast(heard.instant_events_count as decimal(18, 4))
        end as weight
    from stage_events_heard as heard
    inner join stage_rules_compiled as rules
        on
            heard.lifecycle_id = rules.lifecycle_id
            and heard.hearing_number = rules.hearing_number
            and rules.window_days is not null

),

changes as (

    {% for windows_past, recent, earlier in [(0, 'weight', '0'), (1, '-weight', 'weight'), (2, '0', '-weight')] %}
        select
            *,
            '{{ windows_past }}|' || record_key as change_key,
            {{ 1 - [windows_past, 1] | min }} as arrivals_count,
            {{ dbt.dateadd('day', windows_past ~ ' * window_days', 'occurred_at') }} as changed_at,
            cast({{ recent }} as decimal(18, 4)) as recent_change,
            cast({{ earlier }} as decimal(18, 4)) as earlier_change
        from weights
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

instants as (

    select
        life_number,
        lifecycle_id,
        rule_id,
        changed_at,
        min_by(source_table, change_key) as source_table,
        min_by(source_record_id, change_key) as source_record_id,
        max(loaded_at) as loaded_at,
        sum(arrivals_count) as arrivals_count,
        sum(recent_change) as recent_change,
        sum(earlier_change) as earlier_change
    from changes
    group by life_number, lifecycle_id, rule_id, changed_at

),

levels as (

    select
        *,
        {% for change, level in [('recent_change', 'recent'), ('earlier_change', 'earlier')] %}
            cast(sum({{ change }}) over (
                partition by life_number, rule_id
                order by changed_at
            ) as double) as {{ level }},
        {% endfor %}
        max(loaded_at) over (
            partition by life_number, rule_id
            order by changed_at
        ) as all_loaded_at
    from instants

),

judged as (

    select
        levels.*,
        rules.rule_trigger,
        rules.window_minimum,
        rules.decline_ratio,
        case
            when rules.rule_trigger = 'decline'
                then levels.earlier > 0 and levels.recent <= rules.decline_ratio * levels.earlier
            else levels.recent >= rules.window_minimum
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
        coalesce(lag(is_met) over (
            partition by life_number, rule_id
            order by changed_at
        ), false) as was_met
    from judged

),

stage_levels_crossed as (

    select
        judged.life_number,
        judged.lifecycle_id,
        judged.rule_id,
        judged.changed_at as occurred_at,
        judged.source_table as evidence_source,
        judged.source_record_id as evidence_record_id,
        case when judged.decline_ratio is null then judged.recent else judged.recent / judged.earlier end
            as evidence_value,
        coalesce(judged.decline_ratio, judged.window_minimum) as threshold,
        greatest(judged.all_loaded_at, judged.changed_at) as known_from_at
    from judged_with_previous as judged
    where
        judged.is_met
        and case when judged.rule_trigger = 'event' then judged.arrivals_count > 0 else not judged.was_met end

)

select * from stage_levels_crossed
