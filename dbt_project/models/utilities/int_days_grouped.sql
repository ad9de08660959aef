-- The periods to which each day belongs: the day itself, its week, its month.
-- Another unit is another word in the list, which `dbt.date_trunc` must know.
-- One row per period unit and day.
with

days_spined as (

    select * from {{ ref('int_days_spined') }}

),

days_grouped as (

    {% for period_unit in ['day', 'week', 'month'] %}
        {% if not loop.first %} union all {% endif %}
        {% set day = 'day_start_date' %}
        {% set first_day = start_of_week(day) if period_unit == 'week' else dbt.date_trunc(period_unit, day) %}
        select
            '{{ period_unit }}' as period_unit,
            day_start_date,
            cast({{ first_day }} as date) as period_start_date,
            cast({{ dbt.dateadd(period_unit, 1, first_day) }} as date) as next_period_start_date
        from days_spined
    {% endfor %}

)

select * from days_grouped
