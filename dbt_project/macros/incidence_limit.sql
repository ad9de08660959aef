{# A limit of a cumulative incidence, 95 %: side is -1 for the lower, 1 for the upper limit. Normal on the scale
   log(-log(1 - incidence)), as Greenwood's limits of a survival are; where the variance is nothing, Wilson's of those who
   entered. What is nothing is told apart from what rounding left of it. docs/metrics/funnel_conversion.md. #}
{% macro incidence_limit(incidence, variance, entered, side) -%}
    case
        when {{ variance }} > 1e-15 and {{ incidence }} > 1e-9 and {{ incidence }} < 1 - 1e-9
            then 1 - exp(ln(1 - {{ incidence }}) * exp(
                -1 * ({{ side }}) * 1.959963984540054 * sqrt({{ variance }})
                / ((1 - {{ incidence }}) * ln(1 - {{ incidence }}))
            ))
        else {{ wilson_limit('round(' ~ incidence ~ ' * ' ~ entered ~ ', 6)', entered, side) }}
    end
{%- endmacro %}
