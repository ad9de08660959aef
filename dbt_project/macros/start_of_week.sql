{# The instant at which the week of an instant began, UTC. Weeks begin on the day of the variable `week_starts_on`. #}
{% macro start_of_week(at, first_day=none) -%}
    {%- set days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] -%}
    {%- set first_day = first_day or var('week_starts_on') -%}
    {%- if first_day not in days -%}
        {{ exceptions.raise_compiler_error(
            "dbt_project.yml: no week_starts_on `" ~ first_day ~ "`; write one of " ~ days | join(", ")
        ) }}
    {%- endif -%}
    {%- set after_monday = days.index(first_day) -%}
    {%- if after_monday == 0 -%}
        {{ dbt.date_trunc('week', at) }}
    {%- else -%}
        {{ dbt.dateadd('day', after_monday, dbt.date_trunc('week', dbt.dateadd('day', -after_monday, at))) }}
    {%- endif -%}
{%- endmacro %}
