-- How far every start came, what ends it, and when its time runs out: at the end of its window, or when the windows of
-- all steps that it waits for are over.
-- One row per life number and start number.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_steps_walked as (

    select * from {{ ref('int_funnel_steps_walked') }}

),

starts as (

    select
        life_number,
        walk_number,
        start_number,
        max(case when is_reached then step_number end) as highest_step,
        count(case when is_reached then 1 end) as reached_count,
        max(case when is_reached then event_number end) as last_number,
        min(case when not is_reached then event_number end) as ending_number,
        min(occurred_at) as started_at,
        max(occurred_at) as last_at
    from funnel_steps_walked
    group by life_number, walk_number, start_number

),

funnel_starts_summed as (

    select
        starts.life_number,
        starts.walk_number,
        starts.start_number,
        starts.last_number,
        starts.ending_number,
        case when walks.is_any_order then starts.reached_count else starts.highest_step end as steps_reached_count,
        case when walks.is_any_order then starts.reached_count else starts.highest_step end = walks.steps_count
            as is_converted,
        starts.started_at,
        starts.last_at,
        least(
            {{ dbt.dateadd('second', 'walks.window_seconds', 'starts.started_at') }},
            {{ dbt.dateadd('second', 'next_steps.patience_seconds', 'starts.last_at') }}
        ) as expires_at
    from starts
    inner join funnel_walks_compiled as walks
        on starts.walk_number = walks.walk_number and walks.step_number = 1
    left join funnel_walks_compiled as next_steps
        on starts.walk_number = next_steps.walk_number and starts.highest_step + 1 = next_steps.step_number

)

select * from funnel_starts_summed
