{# An instant in UTC from text; an offset in the text is honoured, where a plain cast would drop it. #}
{% macro read_timestamp(column) -%}
    try_cast({{ column }} as timestamptz) at time zone 'UTC'
{%- endmacro %}
