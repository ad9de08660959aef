{# The first day of the calendar period that an instant lies in, UTC; the unit is a column's value. #}
{% macro start_of_period(unit, at) -%}
    cast(case {{ unit }}
        when 'day' then {{ dbt.date_trunc('day', at) }}
        when 'week' then {{ start_of_week(at) }}
        when 'month' then {{ dbt.date_trunc('month', at) }}
    end as date)
{%- endmacro %}
