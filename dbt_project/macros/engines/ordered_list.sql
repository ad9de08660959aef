{# Texts joined by commas in a given order; dbt's listagg does not keep the order on Spark. #}
{% macro ordered_list(column, order_by) -%}
    {{ adapter.dispatch('ordered_list')(column, order_by) }}
{%- endmacro %}

{% macro duckdb__ordered_list(column, order_by) -%}
    string_agg({{ column }}, ',' order by {{ order_by }})
{%- endmacro %}

{% macro spark__ordered_list(column, order_by) -%}
    case when count({{ column }}) > 0 then array_join(
        transform(
            array_sort(collect_list(struct({{ order_by }} as place, {{ column }} as text))), item -> item.text
        ),
        ','
    ) end
{%- endmacro %}
