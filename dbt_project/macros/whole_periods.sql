{# How many whole periods lie between two instants; unit and alignment are columns' values.
   `rolling`: spans of 24 hours, of seven times 24 hours, or up to the same day and time of later months, of which one that
   is too short has its last day. `calendar`: boundaries of days, weeks or months, UTC.
   Both instants are whole periods since the first one's, so that a period's number is also how many were over before. #}
{% macro whole_periods(alignment, unit, since, until) -%}
    {%- set months = dbt.datediff(since, until, 'month') -%}
    {%- set weeks = dbt.datediff(
        'cast(' ~ start_of_week(since) ~ ' as date)',
        'cast(' ~ start_of_week(until) ~ ' as date)',
        'day'
    ) ~ ' / 7' -%}
    {%- set days = dbt.datediff('cast(' ~ since ~ ' as date)', 'cast(' ~ until ~ ' as date)', 'day') -%}
    {%- set seconds = dbt.datediff(since, until, 'second') -%}
    cast(case
        when {{ alignment }} = 'calendar' and {{ unit }} = 'day' then {{ days }}
        when {{ alignment }} = 'calendar' and {{ unit }} = 'week' then {{ weeks }}
        when {{ alignment }} = 'calendar' then {{ months }}
        when {{ unit }} = 'day' then floor({{ seconds }} / cast(86400 as double))
        when {{ unit }} = 'week' then floor({{ seconds }} / cast(604800 as double))
        else {{ months }} - case when {{ dbt.dateadd('month', months, since) }} > {{ until }} then 1 else 0 end
    end as integer)
{%- endmacro %}
