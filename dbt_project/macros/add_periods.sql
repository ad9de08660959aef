{# The day that lies a number of days, weeks or months after another; the unit is a column's value. #}
{% macro add_periods(unit, number, date) -%}
    cast(case {{ unit }}
        when 'day' then {{ dbt.dateadd('day', number, date) }}
        when 'week' then {{ dbt.dateadd('day', '7 * ' ~ number, date) }}
        when 'month' then {{ dbt.dateadd('month', number, date) }}
    end as date)
{%- endmacro %}
