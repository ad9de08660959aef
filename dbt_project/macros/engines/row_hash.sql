{# A number that changes when any column of a row of a relation does. The engine's own hash, which is cheap: fit to notice
   a change, not to name anything. Sums of it tell of many rows, in whatever order. #}
{% macro row_hash(relation) -%}
    {{ adapter.dispatch('row_hash')(relation) }}
{%- endmacro %}

{% macro duckdb__row_hash(relation) -%}
    cast(hash({{ relation }}) as decimal(38, 0))
{%- endmacro %}

{% macro spark__row_hash(relation) -%}
    cast(xxhash64({{ relation }}.*) as decimal(38, 0))
{%- endmacro %}
