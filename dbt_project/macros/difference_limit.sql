{# A limit of the difference of two independent rates, x / n minus y / m: side is -1 for the lower, 1 for the upper limit;
   at 95 % unless another quantile z of the normal distribution is given. Newcombe's of the two Wilson intervals (1998,
   method 10); NULL where there is nothing to divide by. Golden values in docs/metrics/intervals.md. #}
{% macro difference_limit(x, n, y, m, side, z='1.959963984540054') -%}
    {%- set p = '(cast(' ~ x ~ ' as double) / cast(' ~ n ~ ' as double))' -%}
    {%- set q = '(cast(' ~ y ~ ' as double) / cast(' ~ m ~ ' as double))' -%}
    case
        when {{ n }} > 0 and {{ m }} > 0
            then {{ p }} - {{ q }} + ({{ side }}) * sqrt(
                power({{ p }} - {{ wilson_limit(x, n, side, z) }}, 2)
                + power({{ q }} - {{ wilson_limit(y, m, -1 * side, z) }}, 2)
            )
    end
{%- endmacro %}
