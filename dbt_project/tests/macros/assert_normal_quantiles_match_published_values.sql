{{ config(meta={"dagster": {"ref": {"name": "int_winback_looks_judged"}}}) }}
{#- probability, quantile: Wichura 1988 prints 0.25, 0.001 and 1e-20, tables of the normal distribution the others #}
{%- set cases = [
    ('0.25', '-0.6744897501960817'),
    ('0.001', '-3.090232306167814'),
    ('1e-20', '-9.262340089798408'),
    ('0.5', '0'),
    ('0.8', '0.8416212335729143'),
    ('0.975', '1.959963984540054'),
    ('0.995', '2.5758293035489004'),
    ('0', 'null'),
    ('1', 'null'),
    ('1.5', 'null'),
    ('null', 'null'),
] -%}
-- The quantiles of the normal distribution that are printed; outside of 0 and 1 there is none.
-- depends_on: {{ ref('int_winback_looks_judged') }}
with

published as (

    {% for p, quantile in cases %}
        {% if not loop.first %} union all {% endif %}
        select
            cast({{ p }} as double) as p,
            cast({{ quantile }} as double) as published_value
    {% endfor %}

),

computed as (

    select
        *,
        {{ normal_quantile('p') }} as computed_value
    from published

)

select *
from computed
where
    coalesce(abs(computed_value - published_value), 0) > 1e-13
    or (published_value is null) != (computed_value is null)
