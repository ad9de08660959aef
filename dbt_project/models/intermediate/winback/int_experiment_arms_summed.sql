{%- set amounts = ['contribution_amount', 'service_cost_amount', 'net_value_amount'] -%}
-- What each arm of an experiment came to in each segment: how many were drawn, whom the horizon is over for, and
-- the sums, squares and products of what these brought and cost, and had brought before. Whoever was drawn counts
-- in the arm that was drawn, contacted or not.
-- One row per experiment id, segment type, segment and arm.
with

assignments_segmented as (

    select * from {{ ref('int_assignments_segmented') }}

),

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

{# The probability to be treated has twelve places, so that sums do not hang on the order of the rows. #}
assignments_with_outcome as (

    select
        *,
        cast(contribution_amount - service_cost_amount as decimal(18, 4)) as net_value_amount,
        case when is_mature then prior_contribution_amount end as prior_amount,
        cast(case when arm = 'treatment' then probability else 1 - probability end as decimal(14, 12))
            as treatment_probability
    from assignments_followed

),

{# Sums are exact decimals: sums of doubles would hang on the order of the rows. The wider factor makes room for the
product: DuckDB keeps that of two decimals of 18 digits within 18. #}
experiment_arms_summed as (

    select
        outcomes.experiment_id,
        segmented.segment_type,
        segmented.segment,
        outcomes.arm,
        min(outcomes.plan_id) as plan_id,
        min(outcomes.wave_number) as wave_number,
        count(*) as assigned_count,
        count(outcomes.treatment_probability) as stated_count,
        sum(outcomes.treatment_probability) as expected_treatment_count,
        sum(cast(
            cast(outcomes.treatment_probability as double) * (1 - cast(outcomes.treatment_probability as double))
            as decimal(14, 12)
        )) as expected_treatment_variance,
        count(case when outcomes.is_mature then 1 end) as mature_count,
        count(case when outcomes.is_recalled then 1 end) as recalled_count,
        count(case when outcomes.is_harmed then 1 end) as harmed_count,
        sum(outcomes.prior_amount) as prior_sum,
        sum(cast(outcomes.prior_amount as decimal(19, 4)) * outcomes.prior_amount) as prior_squares,
        {% for amount in amounts -%}
            sum(outcomes.{{ amount }}) as {{ amount }}_sum,
            sum(cast(outcomes.{{ amount }} as decimal(19, 4)) * outcomes.{{ amount }}) as {{ amount }}_squares,
        {% endfor -%}
        sum(cast(outcomes.net_value_amount as decimal(19, 4)) * outcomes.prior_amount) as net_value_prior_products
    from assignments_segmented as segmented
    inner join assignments_with_outcome as outcomes
        on segmented.assignment_id = outcomes.assignment_id
    group by outcomes.experiment_id, segmented.segment_type, segmented.segment, outcomes.arm

)

select * from experiment_arms_summed
