{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_evaluation"}}}) }}
-- Everybody is in one segment of each type, so each type counts what `all` counts.
{%- set counts = [
    'target_count', 'assigned_control_count', 'treatment_count', 'control_count', 'recalled_count',
    'recalled_control_count', 'harmed_treatment_count', 'harmed_control_count', 'valued_count', 'second_purchase_count',
    'contribution_amount', 'service_cost_amount',
] %}
with

types as (

    select
        plan_id,
        look_scope,
        wave_number,
        segment_type,
        {% for count in counts -%}
            sum({{ count }}) as {{ count }},
        {% endfor -%}
        count(*) as rows_count
    from {{ ref('rpt_winback_evaluation') }}
    group by plan_id, look_scope, wave_number, segment_type

)

select parts.*
from types as parts
left join types as wholes
    on
        parts.plan_id = wholes.plan_id
        and parts.look_scope = wholes.look_scope
        and parts.wave_number = wholes.wave_number
        and wholes.segment_type = 'all'
where
    {% for count in counts -%}
        {{ 'or ' if not loop.first }}parts.{{ count }} is distinct from wholes.{{ count }}
    {% endfor %}
