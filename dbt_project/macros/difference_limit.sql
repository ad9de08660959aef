{# A limit of the difference of two independent rates, x / n minus y / m, 95 %: side is -1 for the lower, 1 for the upper
   limit. Newcombe's of the two Wilson intervals (1998, method 10); NULL where there is nothing to divide by. Golden values
   in docs/metrics/intervals.md. #}
{% macro difference_limit(x, n, y, m, side) -%}
    {%- set p = '(cast(' ~ x ~ ' as double) / cast(' ~ n ~ ' as double))' -%}
    {%- set q = '(cast(' ~ y ~ ' as double) / cast(' ~ m ~ ' as double))' -%}
    case
        when {{ n }} > 0 and {{ m }} > 0
            then {{ p }} - {{ q }} + ({{ side }}) * sqrt(
                power({{ p }} - {{ wilson_limit(x, n, side) }}, 2)
                + power({{ q }} - {{ wilson_limit(y, m, -1 * side) }}, 2)
            )
    end
{%- endmacro %}
