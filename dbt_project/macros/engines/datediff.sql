{# Counts, like DuckDB, the boundaries between two instants; dbt's own version for Spark counts whole months. #}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        datediff({{ second_date }}, {{ first_date }})
    {%- elif datepart == 'month' -%}
        (
            12 * (year({{ second_date }}) - year({{ first_date }}))
            + month({{ second_date }}) - month({{ first_date }})
        )
    {%- elif datepart == 'second' -%}
        (
            unix_seconds(cast({{ second_date }} as timestamp_ltz))
            - unix_seconds(cast({{ first_date }} as timestamp_ltz))
        )
    {%- else -%}
        {{ exceptions.raise_compiler_error("datediff by " ~ datepart ~ " is not written for Spark yet") }}
    {%- endif -%}
{%- endmacro %}
