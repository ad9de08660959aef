{# The quantile of Student's t distribution with df degrees of freedom, from the quantile z of the normal distribution at the
   same probability (`normal_quantile`, or 1.959963984540054 for limits at 95 %). Hill's asymptotic expansion, "Algorithm
   396", Communications of the ACM 13 (1970); beyond 10,000 degrees of freedom Cornish and Fisher's first two terms, for
   there it would lose digits. From 4 degrees of freedom on it is within 1e-6 of its value up to the 99.5 % quantile and
   within 1e-5 up to that of 99.9 %. NULL below 3, where it is no longer good. Golden values in
   docs/metrics/intervals.md. #}
{% macro t_quantile(z, df) -%}
    {%- set n = '(cast(' ~ df ~ ' as double))' -%}
    {%- set x = '(-abs(cast(' ~ z ~ ' as double)))' -%}
    {%- set square = '(' ~ x ~ ' * ' ~ x ~ ')' -%}
    {%- set a = '(1 / (' ~ n ~ ' - 0.5e0))' -%}
    {%- set b = '(48 * (' ~ n ~ ' - 0.5e0) * (' ~ n ~ ' - 0.5e0))' -%}
    {%- set c = '(((20700 * ' ~ a ~ ' / ' ~ b ~ ' - 98) * ' ~ a ~ ' - 16) * ' ~ a ~ ' + 96.36e0)' -%}
    {%- set d = '(((94.5e0 / (' ~ b ~ ' + ' ~ c ~ ') - 3) / ' ~ b ~ ' + 1) * sqrt(' ~ a ~ ' * 1.5707963267948966e0) * '
        ~ n ~ ')' -%}
    {%- set few = '(case when ' ~ n ~ ' < 5 then 0.3e0 * (' ~ n ~ ' - 4.5e0) * (' ~ x ~ ' + 0.6e0) else 0 end)' -%}
    {%- set divisor = '((((0.05e0 * ' ~ d ~ ' * ' ~ x ~ ' - 5) * ' ~ x ~ ' - 7) * ' ~ x ~ ' - 2) * ' ~ x ~ ' + '
        ~ b ~ ' + ' ~ c ~ ' + ' ~ few ~ ')' -%}
    case
        when {{ n }} > 10000
            then cast({{ z }} as double) * (1 + (
                {{ polynomial(square, ['0.25e0', '0.25e0']) }}
                + {{ polynomial(square, ['3e0', '16e0', '5e0']) }} / (96 * {{ n }})
            ) / {{ n }})
        when {{ n }} >= 3
            then (case when {{ z }} < 0 then -1 else 1 end) * sqrt({{ n }} * (exp({{ a }} * power((
                ({{ polynomial(square, ['94.5e0', '36e0', '6.3e0', '0.4e0']) }}
                    / {{ divisor }} - {{ square }} - 3) / {{ b }} + 1
            ) * {{ x }}, 2)) - 1))
    end
{%- endmacro %}
