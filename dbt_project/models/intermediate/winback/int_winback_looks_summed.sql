{%- set sums = [
    'assigned_treatment_count', 'assigned_control_count', 'treatment_count', 'control_count',
    'recalled_treatment_count', 'recalled_control_count', 'harmed_treatment_count', 'harmed_control_count',
    'valued_count', 'second_purchase_count',
] -%}
{%- set amounts = ['offer_costs_amount', 'net_value_amount', 'contribution_amount', 'service_cost_amount'] -%}
-- What each look at a plan sees: a wave alone, or all waves up to it together.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_waves_summed as (

    select * from {{ ref('int_winback_waves_summed') }}

),

looks as (

    select
        plan_id,
        wave_number,
        'wave' as look_scope,
        wave_number as first_wave_number
    from winback_waves_summed
    where segment_type = 'all'
    union all
    select
        plan_id,
        wave_number,
        'to_date',
        1
    from winback_waves_summed
    where segment_type = 'all'

),

winback_looks_summed as (

    select
        looks.plan_id,
        looks.look_scope,
        looks.wave_number,
        waves.segment_type,
        waves.segment,
        {% for sum in sums -%}
            cast(sum(waves.{{ sum }}) as bigint) as {{ sum }},
        {% endfor -%}
        min(waves.min_offer_cost) as min_offer_cost,
        {% for amount in amounts -%}
            cast(sum(waves.{{ amount }}) as decimal(18, 4)) as {{ amount }},
        {% endfor -%}
        cast(sum(waves.contribution_amount) - sum(waves.service_cost_amount) as decimal(18, 4)) as return_value_amount,
        sum(waves.net_value_squares) as net_value_squares,
        sum(waves.return_value_squares) as return_value_squares
    from looks
    inner join winback_waves_summed as waves
        on
            looks.plan_id = waves.plan_id
            and looks.wave_number >= waves.wave_number
            and looks.first_wave_number <= waves.wave_number
    group by looks.plan_id, looks.look_scope, looks.wave_number, waves.segment_type, waves.segment

)

select * from winback_looks_summed
