{# dbt-spark's own version writes an empty cell as the text 'None' and stops at an apostrophe. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statement -%}
        insert into {{ this.render() }} values
        {% for row in agate_table.rows -%}
            (
            {%- for name in agate_table.column_names -%}
                cast({{ spark_literal(row[name]) }} as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }})
                {%- if not loop.last %}, {% endif -%}
            {%- endfor -%}
            ){{ ',' if not loop.last }}
        {% endfor %}
    {%- endset -%}
    {% if agate_table.rows | length > 0 %}
        {% do adapter.add_query(statement, abridge_sql_log=True) %}
    {% endif %}
    {{ return(statement) }}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
