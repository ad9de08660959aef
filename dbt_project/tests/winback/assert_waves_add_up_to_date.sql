{{ config(meta={"dagster": {"ref": {"name": "rpt_winback_evaluation"}}}) }}
-- What all waves to date came to is the sum of the waves, in each segment.
{%- set counts = [
    'target_count', 'assigned_control_count', 'treatment_count', 'control_count', 'recalled_count',
    'recalled_control_count', 'harmed_treatment_count', 'harmed_control_count', 'valued_count', 'second_purchase_count',
] %}
with

looks as (

    select * from {{ ref('rpt_winback_evaluation') }}

),

waves_summed as (

    select
        to_date.plan_id,
        to_date.wave_number,
        to_date.segment_type,
        to_date.segment,
        {% for count in counts -%}
            sum(waves.{{ count }}) as {{ count }},
        {% endfor -%}
        count(*) as rows_count
    from looks as to_date
    left join looks as waves
        on
            to_date.plan_id = waves.plan_id
            and to_date.wave_number >= waves.wave_number
            and to_date.segment_type = waves.segment_type
            and to_date.segment = waves.segment
            and waves.look_scope = 'wave'
    where to_date.look_scope = 'to_date'
    group by to_date.plan_id, to_date.wave_number, to_date.segment_type, to_date.segment

)

select looks.*
from looks
left join waves_summed
    on
        looks.plan_id = waves_summed.plan_id
        and looks.wave_number = waves_summed.wave_number
        and looks.segment_type = waves_summed.segment_type
        and looks.segment = waves_summed.segment
where
    looks.look_scope = 'to_date'
    and (
        {% for count in counts -%}
            {{ 'or ' if not loop.first }}looks.{{ count }} is distinct from waves_summed.{{ count }}
        {% endfor %}
    )
