-- Every event with which a life may begin its walk; where the first attempt alone is kept, the first one alone.
-- One row per life number and start number.
with

funnel_walks_compiled as (

    select * from {{ ref('int_funnel_walks_compiled') }}

),

funnel_events_heard as (

    select * from {{ ref('int_funnel_events_heard') }}

),

starts_numbered as (

    select
        heard.life_number,
        heard.walk_number,
        heard.event_number as start_number,
        heard.occurred_at,
        {{ dbt.dateadd('second', 'walks.window_seconds', 'heard.occurred_at') }} as window_ends_at,
        walks.attempts_kept = 'first' as is_first_alone,
        row_number() over (partition by heard.life_number order by heard.event_number) as number_of_start
    from funnel_events_heard as heard
    inner join funnel_walks_compiled as walks
        on heard.walk_number = walks.walk_number and walks.step_number = 1
    where heard.marks & walks.starting_steps > 0

),

funnel_starts_found as (

    select
        life_number,
        walk_number,
        start_number,
        occurred_at,
        window_ends_at
    from starts_numbered
    where number_of_start = 1 or not is_first_alone

)

select * from funnel_starts_found
