-- Of which quality those were whom a look's treatment brought back: what they left within the horizon, what they
-- left in the plan's days from their return on where these are over, what serving them took of it, who bought
-- again.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_looks_summed as (

    select * from {{ ref('int_winback_looks_summed') }}

),

looks_with_deviation as (

    select
        *,
        recalled_treatment_count - 1 as net_value_freedom,
        valued_count - 1 as return_value_freedom,
        {{ centred_sum('net_value_squares', 'net_value_amount', 'net_value_amount', 'recalled_treatment_count') }}
            as net_value_deviation,
        {{ centred_sum('return_value_squares', 'return_value_amount', 'return_value_amount', 'valued_count') }}
            as return_value_deviation
    from winback_looks_summed

),

looks_with_mean as (

    select
        *,
        cast(net_value_amount as double) / nullif(recalled_treatment_count, 0) as net_value_per_recalled,
        cast(return_value_amount as double) / nullif(valued_count, 0) as slv_realised,
        case when net_value_deviation > 0 then net_value_deviation / net_value_freedom / recalled_treatment_count end
            as net_value_variance,
        case when return_value_deviation > 0 then return_value_deviation / return_value_freedom / valued_count end
            as return_value_variance,
        {{ t_quantile('1.959963984540054', 'net_value_freedom') }} as net_value_quantile,
        {{ t_quantile('1.959963984540054', 'return_value_freedom') }} as return_value_quantile
    from looks_with_deviation

),

winback_qualities_measured as (

    select
        plan_id,
        look_scope,
        wave_number,
        segment_type,
        segment,
        net_value_per_recalled,
        net_value_per_recalled - sqrt(net_value_variance) * net_value_quantile as net_value_per_recalled_lower,
        net_value_per_recalled + sqrt(net_value_variance) * net_value_quantile as net_value_per_recalled_upper,
        valued_count,
        contribution_amount,
        service_cost_amount,
        slv_realised,
        slv_realised - sqrt(return_value_variance) * return_value_quantile as slv_realised_lower,
        slv_realised + sqrt(return_value_variance) * return_value_quantile as slv_realised_upper,
        case
            when contribution_amount > 0
                then cast(service_cost_amount as double) / cast(contribution_amount as double)
        end as service_effort_ratio,
        second_purchase_count,
        second_purchase_count / nullif(cast(valued_count as double), 0) as second_purchase_rate,
        {{ wilson_limit('second_purchase_count', 'valued_count', -1) }} as second_purchase_rate_lower,
        {{ wilson_limit('second_purchase_count', 'valued_count', 1) }} as second_purchase_rate_upper
    from looks_with_mean

)

select * from winback_qualities_measured
