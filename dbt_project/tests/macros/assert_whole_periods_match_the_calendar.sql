{{ config(meta={"dagster": {"ref": {"name": "rpt_retention_cohorts"}}}) }}
{#- alignment, unit, since, until, whole periods #}
{%- set cases = [
    ('calendar', 'day', '2024-02-28 23:59:59', '2024-02-29 00:00:00', 1),
    ('calendar', 'day', '2024-02-28 00:00:00', '2024-03-01 23:59:59', 2),
    ('calendar', 'week', '2024-12-29 23:59:59', '2024-12-30 00:00:00', 1),
    ('calendar', 'week', '2024-12-30 00:00:00', '2025-01-05 23:59:59', 0),
    ('calendar', 'week', '2020-12-27 00:00:00', '2021-01-04 00:00:00', 2),
    ('calendar', 'month', '2024-01-31 23:59:59', '2024-02-01 00:00:00', 1),
    ('calendar', 'month', '2023-12-31 00:00:00', '2025-01-01 00:00:00', 13),
    ('rolling', 'day', '2024-02-28 12:00:00', '2024-02-29 11:59:59', 0),
    ('rolling', 'day', '2024-02-28 12:00:00', '2024-02-29 12:00:00', 1),
    ('rolling', 'week', '2024-02-28 12:00:00', '2024-03-06 11:59:59', 0),
    ('rolling', 'week', '2024-02-28 12:00:00', '2024-03-06 12:00:00', 1),
    ('rolling', 'month', '2024-01-31 12:00:00', '2024-02-29 11:59:59', 0),
    ('rolling', 'month', '2024-01-31 12:00:00', '2024-02-29 12:00:00', 1),
    ('rolling', 'month', '2024-01-31 12:00:00', '2024-03-31 11:59:59', 1),
    ('rolling', 'month', '2023-02-28 00:00:00', '2024-02-28 00:00:00', 12),
    ('rolling', 'month', '2024-02-29 00:00:00', '2025-02-28 00:00:00', 12),
    ('rolling', 'month', '2024-02-29 00:00:00', '2025-02-27 23:59:59', 11),
] -%}
-- Whole days, weeks and months across a leap day, the ends of months and of years, and the weeks around New Year.
-- depends_on: {{ ref('rpt_retention_cohorts') }}
with

cases as (

    {% for alignment, unit, since, until, expected in cases %}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ alignment }}' as alignment,
            '{{ unit }}' as period_unit,
            cast('{{ since }}' as {{ dbt.type_timestamp() }}) as since_at,
            cast('{{ until }}' as {{ dbt.type_timestamp() }}) as until_at,
            {{ expected }} as expected_count
    {% endfor %}

),

results as (

    select
        *,
        {{ whole_periods('alignment', 'period_unit', 'since_at', 'until_at') }} as found_count
    from cases

)

select *
from results
where found_count is distinct from expected_count
