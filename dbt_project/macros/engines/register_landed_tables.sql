{# Spark reads what was landed from Parquet, one folder a table, which `lifecycle run` writes beside Spark's own
   tables. Runs before a build on Spark; on DuckDB the landed tables are in the database already. #}
{% macro register_landed_tables() -%}
    {% if execute and target.type == 'spark' %}
        {% for schema in graph.sources.values() | map(attribute='schema') | unique %}
            {% do run_query('create schema if not exists ' ~ schema) %}
        {% endfor %}
        {% for source in graph.sources.values() %}
            {% set table = source.schema ~ '.' ~ source.identifier %}
            {% set folder = '${spark.sql.warehouse.dir}/landed/' ~ source.schema ~ '/' ~ source.identifier %}
            {% do run_query('create or replace view ' ~ table ~ ' as select * from parquet.`' ~ folder ~ '`') %}
        {% endfor %}
    {% endif %}
{%- endmacro %}
