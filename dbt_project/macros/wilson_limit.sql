{# A limit of the Wilson score interval, 95 %: side is -1 for the lower, 1 for the upper limit.
   NULL where there is nothing to divide by. Wilson 1927; golden values in docs/metrics/intervals.md. #}
{% macro wilson_limit(numerator, denominator, side) -%}
    {%- set z = '1.959963984540054' -%}
    {%- set p = '(cast(' ~ numerator ~ ' as double) / nullif(' ~ denominator ~ ', 0))' -%}
    {%- set n = 'nullif(' ~ denominator ~ ', 0)' -%}
    (
        {{ p }} + {{ z }} * {{ z }} / (2 * {{ n }})
        + ({{ side }}) * {{ z }} * sqrt(
            {{ p }} * (1 - {{ p }}) / {{ n }} + {{ z }} * {{ z }} / (4.0 * {{ n }} * {{ n }})
        )
    ) / (1 + {{ z }} * {{ z }} / {{ n }})
{%- endmacro %}
