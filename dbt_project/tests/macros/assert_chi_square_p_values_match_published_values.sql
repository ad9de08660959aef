{{ config(meta={"dagster": {"ref": {"name": "int_winback_looks_judged"}}}) }}
{#- chi-square of one degree of freedom, probability of so much or more #}
{%- set cases = [
    ('0', '1'),
    ('0.1015310', '0.75'),
    ('0.4549364', '0.5'),
    ('3.8414588', '0.05'),
    ('6.6348966', '0.01'),
    ('10.8275662', '0.001'),
    ('12.5', '0.000406952'),
    ('40', '2.5396e-10'),
    ('-1', 'null'),
    ('null', 'null'),
] -%}
-- What tables print for a chi-square of one degree of freedom, and 600 against 400 of 1,000 where half was planned,
-- which has a chi-square of 40; small probabilities are held to their own first digits.
-- depends_on: {{ ref('int_winback_looks_judged') }}
with

published as (

    {% for x, probability in cases %}
        {% if not loop.first %} union all {% endif %}
        select
            cast({{ x }} as double) as x,
            cast({{ probability }} as double) as published_value
    {% endfor %}

),

computed as (

    select
        *,
        {{ chi_square_p_value('x') }} as computed_value
    from published

)

select *
from computed
where
    coalesce(abs(computed_value - published_value), 0) > 2e-5 * published_value
    or (published_value is null) != (computed_value is null)
