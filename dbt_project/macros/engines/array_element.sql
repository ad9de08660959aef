{# The n-th element of an array, counted from 1 on both engines. #}
{% macro array_element(array, position) -%}
    {{ adapter.dispatch('array_element')(array, position) }}
{%- endmacro %}

{% macro duckdb__array_element(array, position) -%}
    {{ array }}[{{ position }}]
{%- endmacro %}

{% macro spark__array_element(array, position) -%}
    element_at({{ array }}, cast({{ position }} as int))
{%- endmacro %}
