{# The quantile of Student's t distribution with df degrees of freedom, from the quantile z of the normal distribution at the
   same probability (`normal_quantile`, or 1.959963984540054 for limits at 95 %). Hill's asymptotic expansion, "Algorithm
   396", Communications of the ACM 13 (1970); beyond 10,000 degrees of freedom Cornish and Fisher's first two terms, for
   there it would lose digits. From 4 degrees of freedom on it is within 1e-6 of its value up to the 99.5 % quantile and
   within 1e-5 up to that of 99.9 %. NULL below 3, where it is no longer good. Golden values in
   docs/metrics/intervals.md. #}
{% macro t_quantile(z, df) -%}
    {%- set n, w = 'cast(' ~ df ~ ' as double)', 'abs(cast(' ~ z ~ ' as double))' -%}
    {%- set m = '(' ~ n ~ ' - 0.5e0)' -%}
    {%- set b = '48 * power(' ~ m ~ ', 2)' -%}
    {%- set c = '431.25e0 / power(' ~ m ~ ', 5) - 98 / power(' ~ m ~ ', 2) - 16 / ' ~ m ~ ' + 96.36e0' -%}
    case
        when {{ n }} > 10000
            then cast({{ z }} as double) * (
                1 + (power({{ w }}, 2) + 1) / (4 * {{ n }})
                + (5 * power({{ w }}, 4) + 16 * power({{ w }}, 2) + 3) / (96 * power({{ n }}, 2))
            )
        when {{ n }} >= 3
            then (case when {{ z }} < 0 then -1 else 1 end) * sqrt({{ n }} * (exp(power({{ w }} * (
                (
                    (0.4e0 * power({{ w }}, 6) + 6.3e0 * power({{ w }}, 4) + 36 * power({{ w }}, 2) + 94.5e0) / (
                        0.05e0 * power({{ w }}, 4) * ((94.5e0 / ({{ b }} + {{ c }}) - 3) / ({{ b }}) + 1)
                        * {{ n }} * sqrt(1.5707963267948966e0 / {{ m }})
                        + 5 * power({{ w }}, 3) - 7 * power({{ w }}, 2) + 2 * {{ w }} + {{ b }} + {{ c }}
                        + case when {{ n }} < 5 then 0.3e0 * ({{ n }} - 4.5e0) * (0.6e0 - {{ w }}) else 0 end
                    ) - power({{ w }}, 2) - 3
                ) / ({{ b }}) + 1
            ), 2) / {{ m }}) - 1))
    end
{%- endmacro %}
