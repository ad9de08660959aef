{# A text without the parts that match a regular expression. #}
{% macro remove_matches(text, pattern) -%}
    {{ adapter.dispatch('remove_matches')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__remove_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__remove_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '')
{%- endmacro %}
