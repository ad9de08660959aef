-- The rules that move an entity from stage to stage: what each waits for, in words and in numbers.
-- One row per lifecycle id and rule id.
with

stage_rules as (

    select * from {{ ref('stage_rules') }}

),

stage_rule_steps_listed as (

    select * from {{ ref('int_stage_rule_steps_listed') }}

),

directions as (

    select
        lifecycle_id,
        rule_id,
        case when count(distinct direction) = 1 then min(direction) else 'mixed' end as direction
    from stage_rule_steps_listed
    group by lifecycle_id, rule_id

),

rules_in_words as (

    select
        *,
        replace(event_types, '|', ' or ') as events_in_words,
        coalesce(' that states ' || replace(stated_values, '|', ' or '), '')
        || coalesce(' of at least ' || cast(cast(min_amount as decimal(18, 2)) as string), '')
        || coalesce(' of at most ' || cast(cast(max_amount as decimal(18, 2)) as string), '') as limits_in_words,
        coalesce(
            cast(cast(gap_multiple as decimal(18, 2)) as string) || ' times the mean gap so far'
            || coalesce(', at least ' || cast(min_silent_days as string) || ' days', '')
            || coalesce(', at most ' || cast(max_silent_days as string) || ' days', '')
            || ', and ' || cast(silent_days as string) || ' days while there is no gap',
            cast(silent_days as string) || ' days'
        ) as silence_in_words,
        case
            when window_minimum = floor(window_minimum) then cast(cast(window_minimum as bigint) as string)
            else cast(cast(window_minimum as decimal(18, 2)) as string)
        end || case when window_measure = 'amount' then ' in amount of ' else ' events of ' end as level_in_words,
        coalesce(' within ' || cast(within_days as string) || ' days ' || coalesce(
            'after ' || replace(after_event_types, '|', ' or '),
            'of entering the stage'
        ), '') as delay_in_words
    from stage_rules

),

rules_with_condition as (

    select
        *,
        case rule_trigger
            when 'inactivity'
                then 'No ' || events_in_words || limits_in_words || ' for ' || silence_in_words
            when 'decline'
                then
                    'The ' || window_measure || ' of ' || events_in_words || limits_in_words || ' of the last '
                    || cast(window_days as string) || ' days is at most '
                    || cast(cast(decline_ratio as decimal(18, 2)) as string) || ' of that of as many days before'
            when 'signal'
                then
                    'At least ' || level_in_words || events_in_words || limits_in_words
                    || ' within ' || cast(window_days as string) || ' days'
            else
                coalesce('Event number ' || cast(event_number as string) || ': ', 'An event ')
                || events_in_words || limits_in_words || delay_in_words
                || coalesce(
                    ' if the last ' || cast(window_days as string) || ' days hold at least ' || level_in_words
                    || 'this kind',
                    ''
                )
        end || '.' as condition
    from rules_in_words

),

stage_rules_described as (

    select
        -- ids
        {{ surrogate_key(['rules.lifecycle_id', 'rules.rule_id']) }} as stage_rule_id,
        rules.lifecycle_id,
        rules.rule_id,

        -- strings
        rules.to_stage,
        rules.from_stages,
        directions.direction,
        rules.rule_trigger,
        rules.condition,
        rules.description,
        rules.event_types,
        rules.stated_values,
        rules.window_measure,
        rules.after_event_types,

        -- numerics
        cast(rules.rule_version as integer) as rule_version,
        cast(rules.priority as integer) as priority,
        cast(rules.event_number as integer) as event_number,
        cast(rules.silent_days as integer) as silent_days,
        cast(rules.gap_multiple as double) as gap_multiple,
        cast(rules.min_silent_days as integer) as min_silent_days,
        cast(rules.max_silent_days as integer) as max_silent_days,
        cast(rules.window_days as integer) as window_days,
        cast(rules.within_days as integer) as within_days,
        cast(rules.window_minimum as double) as window_minimum,
        cast(rules.decline_ratio as double) as decline_ratio,
        cast(rules.min_amount as double) as min_amount,
        cast(rules.max_amount as double) as max_amount
    from rules_with_condition as rules
    inner join directions
        on
            rules.lifecycle_id = directions.lifecycle_id
            and rules.rule_id = directions.rule_id

)

select * from stage_rules_described
