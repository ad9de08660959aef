{# The probability that a customer of a BG/NBD model has not dropped out, from its repeats, recency and age in weeks: 1
   without a repeat, by construction, since nobody drops out before a purchase. Fader, Hardie and Lee, "Computing P(alive)
   using the BG/NBD model" (2008); golden values in docs/metrics/customer_value.md. #}
{% macro alive_probability(repeats, recency_weeks, age_weeks, r, alpha, a, b) -%}
    1 / (1 + case
        when {{ repeats }} > 0
            then {{ a }} / ({{ b }} + {{ repeats }} - 1) * power(
                ({{ alpha }} + {{ age_weeks }}) / ({{ alpha }} + {{ recency_weeks }}), {{ r }} + {{ repeats }}
            )
        else 0
    end)
{%- endmacro %}
