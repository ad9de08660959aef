{# What the clocks of a time zone show at an instant that is told in UTC. #}
{% macro local_time(instant, zone) -%}
    {{ adapter.dispatch('local_time')(instant, zone) }}
{%- endmacro %}

{% macro duckdb__local_time(instant, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{% macro spark__local_time(instant, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ instant }})
{%- endmacro %}
