{# `LIFECYCLE_DUCKDB_MEMORY`, such as 4GB, is what DuckDB holds in memory before it spills to disk; unset, DuckDB takes
   up to 80 % of the machine. Runs before a build; Spark's memory is a setting of its own process. #}
{% macro limit_memory() -%}
    {%- if execute and target.type == 'duckdb' and env_var('LIFECYCLE_DUCKDB_MEMORY', '') -%}
        set memory_limit = '{{ env_var('LIFECYCLE_DUCKDB_MEMORY') }}'
    {%- endif -%}
{%- endmacro %}
