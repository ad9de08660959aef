{{ config(meta={"dagster": {"ref": {"name": "int_winback_looks_judged"}}}) }}
{#- two rates, customers of each arm #}
{%- set cases = [
    ('0.02', '0.03', '3823'),
    ('0.03', '0.02', '3823'),
    ('0.05', '0.07', '2210'),
    ('0.10', '0.12', '3839'),
    ('0.05', '0.05', 'null'),
    ('0.9', '1.1', 'null'),
    ('0.1', 'null', 'null'),
] -%}
-- How many customers each arm needs, as calculators of sample sizes print it; of equal rates, or of no rates, none.
-- depends_on: {{ ref('int_winback_looks_judged') }}
with

published as (

    {% for p, q, customers in cases %}
        {% if not loop.first %} union all {% endif %}
        select
            cast({{ p }} as double) as p,
            cast({{ q }} as double) as q,
            cast({{ customers }} as bigint) as published_count
    {% endfor %}

),

computed as (

    select
        *,
        {{ customers_per_arm('p', 'q') }} as computed_count
    from published

)

select *
from computed
where computed_count is distinct from published_count
