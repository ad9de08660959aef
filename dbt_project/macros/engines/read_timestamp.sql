{# An instant in UTC from text; an offset in the text is honoured, where a plain cast would drop it. #}
{% macro read_timestamp(column) -%}
    {{ adapter.dispatch('read_timestamp')(column) }}
{%- endmacro %}

{% macro duckdb__read_timestamp(column) -%}
    try_cast({{ column }} as timestamptz) at time zone 'UTC'
{%- endmacro %}

{% macro spark__read_timestamp(column) -%}
    cast(try_cast({{ column }} as timestamp_ltz) as timestamp_ntz)
{%- endmacro %}
