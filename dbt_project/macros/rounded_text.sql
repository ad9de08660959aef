{# A number as it stands in a sentence, with three decimals. #}
{% macro rounded_text(x) -%}
    cast(cast(round({{ x }}, 3) as decimal(18, 3)) as string)
{%- endmacro %}
