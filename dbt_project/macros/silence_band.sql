{# Silence beside the usual gap, in bands; 0 where the gap is not known. #}
{% macro silence_band(gap_ratio) -%}
    case
        when {{ gap_ratio }} is null then 0
        when {{ gap_ratio }} < 0.5 then 1
        when {{ gap_ratio }} < 1 then 2
        when {{ gap_ratio }} < 1.5 then 3
        when {{ gap_ratio }} < 2 then 4
        when {{ gap_ratio }} < 3 then 5
        when {{ gap_ratio }} < 4 then 6
        else 7
    end
{%- endmacro %}
