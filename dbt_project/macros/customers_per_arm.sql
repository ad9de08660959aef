{# How many customers each arm needs to see the difference of the rates p and q: with a power of 80 %, at 5 % on two sides,
   rounded up. By the normal approximation (Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", 2003,
   without continuity correction). NULL where one is no rate, or where they differ by less than a millionth: nobody has
   that many. Golden values in docs/metrics/intervals.md. #}
{% macro customers_per_arm(p, q) -%}
    {%- set p, q = '(cast(' ~ p ~ ' as double))', '(cast(' ~ q ~ ' as double))' -%}
    case
        when
            {{ p }} >= 0 and {{ p }} <= 1 and {{ q }} >= 0 and {{ q }} <= 1 and abs({{ p }} - {{ q }}) >= 1e-6
            then cast(-floor(
                -7.848879734349088e0 * ({{ p }} * (1 - {{ p }}) + {{ q }} * (1 - {{ q }}))
                / (({{ p }} - {{ q }}) * ({{ p }} - {{ q }}))
            ) as bigint)
    end
{%- endmacro %}
