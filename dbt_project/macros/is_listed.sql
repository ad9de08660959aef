{# Whether a value is among those of a list that a dictionary table writes as `a|b|c`; NULL where one of them is. #}
{% macro is_listed(value, list) -%}
    {{ dbt.position("'|' || " ~ value ~ " || '|'", "'|' || " ~ list ~ " || '|'") }} > 0
{%- endmacro %}
