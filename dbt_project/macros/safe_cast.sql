{# dbt's own version casts plainly on DuckDB and stops the build at the first bad text. #}
{% macro duckdb__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}
