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
    {% do adapter.add_query(statement, abridge_sql_log=True) %}
    {{ return(statement) }}
{%- endmacro %}

{# Rows are not loaded where there are none; a table without rows gets a file all the same, for whoever reads the files. #}
{% macro spark__get_csv_sql(create_or_truncate_sql, insert_sql) -%}
    {%- if not insert_sql | trim -%}
        {% do adapter.add_query('insert into ' ~ this.render() ~ ' select * from ' ~ this.render() ~ ' where false') %}
    {%- endif -%}
    {{ dbt.default__get_csv_sql(create_or_truncate_sql, insert_sql) }}
{%- endmacro %}

{% macro spark_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
