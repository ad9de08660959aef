{# A limit of the Wilson score interval: side is -1 for the lower, 1 for the upper limit; at 95 % unless another quantile z
   of the normal distribution is given, as `normal_quantile` returns it.
   NULL where there is nothing to divide or nothing to divide by; `greatest` and `least` would pass over a NULL. The interval
   holds the rate and lies within 0 and 1; at the ends rounding would overstep both by a hair. Wilson 1927; golden values
   in docs/metrics/intervals.md. #}
{% macro wilson_limit(numerator, denominator, side, z='1.959963984540054') -%}
    {%- set n = 'cast(' ~ denominator ~ ' as double)' -%}
    {%- set p = '(cast(' ~ numerator ~ ' as double) / ' ~ n ~ ')' -%}
    {%- set bounds = ['least', 'greatest', '0'] if side < 0 else ['greatest', 'least', '1'] -%}
    case
        when {{ denominator }} > 0 and ({{ numerator }}) is not null
            then {{ bounds[1] }}(cast({{ bounds[2] }} as double), {{ bounds[0] }}({{ p }}, (
                {{ p }} + {{ z }} * {{ z }} / (2 * {{ n }})
                + ({{ side }}) * {{ z }} * sqrt(
                    {{ p }} * (1 - {{ p }}) / {{ n }} + {{ z }} * {{ z }} / (4.0 * {{ n }} * {{ n }})
                )
            ) / (1 + {{ z }} * {{ z }} / {{ n }})))
    end
{%- endmacro %}
