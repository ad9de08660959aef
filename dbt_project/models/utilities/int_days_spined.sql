-- Every day from the first of the first event's month to as_of.
-- One row per day.
with

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

offsets as (

    {{ dbt.generate_series(31) }}

),

days_spined as (

    select
        cast({{ dbt.dateadd(
            'day', 'cast(offsets.generated_number - 1 as int)', 'months_spined.month_start_date'
        ) }} as date) as day_start_date,
        cast({{ dbt.dateadd(
            'day', 'cast(offsets.generated_number as int)', 'months_spined.month_start_date'
        ) }} as date) as next_day_start_date
    from months_spined
    cross join offsets
    inner join build_clocks_resolved
        on
            {{ dbt.dateadd('day', 'cast(offsets.generated_number - 1 as int)', 'months_spined.month_start_date') }}
            <= build_clocks_resolved.as_of
    where
        {{ dbt.dateadd('day', 'cast(offsets.generated_number - 1 as int)', 'months_spined.month_start_date') }}
        < months_spined.next_month_start_date

)

select * from days_spined
