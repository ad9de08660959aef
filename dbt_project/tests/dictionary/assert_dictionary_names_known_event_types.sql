{{ config(meta={"dagster": {"ref": {"name": "event_types"}}}) }}
-- A misspelt event type matches no event: a rule that never fires, a step that nobody reaches.
with

lists as (

    select
        'stage_rules' as seed,
        rule_id as row_id,
        event_types
    from {{ ref('stage_rules') }}
    union all
    select
        'metrics',
        metric_id,
        event_types
    from {{ ref('metrics') }}
    union all
    select
        'funnel_steps',
        funnel_id || ' ' || step,
        event_type
    from {{ ref('funnel_steps') }}
    union all
    select
        'funnels',
        funnel_id,
        exit_event_types
    from {{ ref('funnels') }}
    where exit_event_types is not null

),

lists_matched as (

    select
        lists.seed,
        lists.row_id,
        lists.event_types,
        count(event_types.event_type) as known_count,
        length(lists.event_types) - length(replace(lists.event_types, '|', '')) + 1 as named_count
    from lists
    left join {{ ref('event_types') }} as event_types
        on '|' || lists.event_types || '|' like '%|' || event_types.event_type || '|%'
    group by lists.seed, lists.row_id, lists.event_types

)

select *
from lists_matched
where known_count != named_count
