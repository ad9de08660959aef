-- What each look at a win-back plan can tell: whether the arms are as large as planned, how many came back in each,
-- by how much treatment lifted that, and what a lift must be to pay. Limits are at 95 %; those that a look decides
-- by are wider, for the plan's alpha is shared among its looks. What came of the treatment is NULL without a
-- control.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_looks_counted as (

    select * from {{ ref('int_winback_looks_counted') }}

),

looks_with_rates as (

    select
        *,
        assigned_treatment_count + assigned_control_count as assigned_count,
        assigned_treatment_count + assigned_control_count - treatment_count - control_count as open_count,
        recalled_treatment_count / nullif(cast(treatment_count as double), 0) as treatment_recall_rate,
        recalled_control_count / nullif(cast(control_count as double), 0) as control_recall_rate,
        cast(alpha as double) / waves_count as look_alpha,
        cast(
            cast(treatment_count as decimal(19, 0)) * contact_cost
            + cast(recalled_treatment_count as decimal(19, 0)) * offer_cost as decimal(18, 4)
        ) as cost_amount
    from winback_looks_counted

),

looks_with_quantile as (

    select
        *,
        {{ normal_quantile('(1 - look_alpha / 2)') }} as look_quantile,
        case
            when planned_treatment_probability > 0 and planned_treatment_probability < 1
                then
                    power(assigned_treatment_count - assigned_count * cast(planned_treatment_probability as double), 2)
                    / nullif(
                        assigned_count * cast(planned_treatment_probability as double)
                        * (1 - cast(planned_treatment_probability as double)), 0
                    )
        end as srm_chi_square,
        case
            when second_lifetime_value > 0
                then
                    (cast(contact_cost as double) + treatment_recall_rate * cast(offer_cost as double))
                    / second_lifetime_value
        end as break_even_lift
    from looks_with_rates

),

looks_with_limits as (

    select
        *,
        {{ chi_square_p_value('srm_chi_square') }} as srm_p_value,
        treatment_recall_rate - control_recall_rate as lift,
        {{ difference_limit(
            'recalled_treatment_count', 'treatment_count', 'recalled_control_count', 'control_count', -1
        ) }} as lift_lower,
        {{ difference_limit(
            'recalled_treatment_count', 'treatment_count', 'recalled_control_count', 'control_count', 1
        ) }} as lift_upper,
        {{ difference_limit(
            'recalled_treatment_count', 'treatment_count', 'recalled_control_count', 'control_count', -1,
            z='look_quantile'
        ) }} as look_lift_lower,
        {{ difference_limit(
            'recalled_treatment_count', 'treatment_count', 'recalled_control_count', 'control_count', 1,
            z='look_quantile'
        ) }} as look_lift_upper,
        {{ wilson_limit('recalled_treatment_count', 'treatment_count', 1, z='look_quantile') }}
            as look_treatment_recall_rate_upper,
        {{ difference_limit(
            'harmed_treatment_count', 'treatment_count', 'harmed_control_count', 'control_count', -1,
            z='look_quantile'
        ) }} as look_harm_lower
    from looks_with_quantile

),

winback_looks_estimated as (

    select
        *,
        {{ wilson_limit('recalled_treatment_count', 'treatment_count', -1) }} as treatment_recall_rate_lower,
        {{ wilson_limit('recalled_treatment_count', 'treatment_count', 1) }} as treatment_recall_rate_upper,
        {{ wilson_limit('recalled_control_count', 'control_count', -1) }} as control_recall_rate_lower,
        {{ wilson_limit('recalled_control_count', 'control_count', 1) }} as control_recall_rate_upper,
        lift * treatment_count as incremental_count,
        lift_lower * treatment_count as incremental_count_lower,
        lift_upper * treatment_count as incremental_count_upper,
        lift * treatment_count * second_lifetime_value as incremental_value,
        lift * treatment_count * second_lifetime_value / nullif(cast(cost_amount as double), 0) - 1 as roi,
        least(lift_lower * second_lifetime_value, lift_upper * second_lifetime_value) * treatment_count
        / nullif(cast(cost_amount as double), 0) - 1 as roi_lower,
        greatest(lift_lower * second_lifetime_value, lift_upper * second_lifetime_value) * treatment_count
        / nullif(cast(cost_amount as double), 0) - 1 as roi_upper,
        {{ customers_per_arm('control_recall_rate', '(control_recall_rate + break_even_lift)') }}
            as customers_per_arm_needed
    from looks_with_limits

)

select * from winback_looks_estimated
