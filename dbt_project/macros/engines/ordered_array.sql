{# Values as an array in a given order. #}
{% macro ordered_array(value, order_by) -%}
    {{ adapter.dispatch('ordered_array')(value, order_by) }}
{%- endmacro %}

{% macro duckdb__ordered_array(value, order_by) -%}
    list({{ value }} order by {{ order_by }})
{%- endmacro %}

{% macro spark__ordered_array(value, order_by) -%}
    transform(
        array_sort(collect_list(struct({{ order_by }} as place, {{ value }} as item))), element -> element.item
    )
{%- endmacro %}
