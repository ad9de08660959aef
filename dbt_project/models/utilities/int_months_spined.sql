-- Every month from the first event to as_of.
-- One row per month.
with

events_unioned as (

    select * from {{ ref('int_events_unioned') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

first_event as (

    select cast({{ dbt.date_trunc('month', 'min(occurred_at)') }} as date) as month_start_date
    from events_unioned

),

offsets as (

    {{ dbt.generate_series(2400) }}

),

months_spined as (

    select
        cast({{ dbt.dateadd(
            'month', 'cast(offsets.generated_number - 1 as int)', 'first_event.month_start_date'
        ) }} as date) as month_start_date,
        cast({{ dbt.dateadd(
            'month', 'cast(offsets.generated_number as int)', 'first_event.month_start_date'
        ) }} as date) as next_month_start_date
    from offsets
    cross join first_event
    inner join build_clocks_resolved
        on
            {{ dbt.dateadd('month', 'cast(offsets.generated_number - 1 as int)', 'first_event.month_start_date') }}
            <= build_clocks_resolved.as_of

)

select * from months_spined
