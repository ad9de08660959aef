{{ config(meta={"dagster": {"ref": {"name": "int_winback_looks_judged"}}}) }}
{#- probability, degrees of freedom, quantile #}
{%- set cases = [
    ('0.975', '4', '2.776445'),
    ('0.025', '4', '-2.776445'),
    ('0.995', '5', '4.032143'),
    ('0.95', '10', '1.812461'),
    ('0.975', '30', '2.042272'),
    ('0.975', '1000', '1.962339'),
    ('0.975', '100000', '1.959988'),
    ('0.975', '2', 'null'),
    ('0.975', 'null', 'null'),
] -%}
-- What tables of Student's t distribution print; below 3 degrees of freedom nothing is said.
-- depends_on: {{ ref('int_winback_looks_judged') }}
with

published as (

    {% for p, df, quantile in cases %}
        {% if not loop.first %} union all {% endif %}
        select
            cast({{ p }} as double) as p,
            cast({{ df }} as double) as degrees,
            cast({{ quantile }} as double) as published_value
    {% endfor %}

),

quantiles as (

    select
        *,
        {{ normal_quantile('p') }} as z
    from published

),

computed as (

    select
        *,
        {{ t_quantile('z', 'degrees') }} as computed_value
    from quantiles

)

select *
from computed
where
    coalesce(abs(computed_value - published_value), 0) > 3e-6
    or (published_value is null) != (computed_value is null)
