{# A cast that gives NULL for text that is no such value. dbt's own version casts plainly on both engines:
   DuckDB then stops the build at the first bad text, Spark reads 12.7 as the integer 12. #}
{% macro duckdb__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}

{% macro spark__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}
