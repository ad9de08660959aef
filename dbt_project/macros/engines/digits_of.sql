{# The digits of a text, without all between them. #}
{% macro digits_of(text) -%}
    {{ adapter.dispatch('digits_of')(text) }}
{%- endmacro %}

{% macro duckdb__digits_of(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '', 'g')
{%- endmacro %}

{% macro spark__digits_of(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '')
{%- endmacro %}
