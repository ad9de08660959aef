{# Texts joined by commas in a given order; dbt's listagg does not keep the order on every engine. #}
{% macro ordered_list(column, order_by) -%}
    string_agg({{ column }}, ',' order by {{ order_by }})
{%- endmacro %}
