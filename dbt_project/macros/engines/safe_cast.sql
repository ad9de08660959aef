{# A cast that gives NULL for text that is no such value. dbt's own version casts plainly on both engines:
   DuckDB then stops the build at the first bad text, Spark reads what is near. Text that only one of them takes, such as
   1e3 or 12.7 for an integer, is kept out by the raw contract's patterns. #}
{% macro duckdb__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}

{% macro spark__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}
