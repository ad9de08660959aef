-- What each wave of a plan came to in each segment: how many were drawn into each arm, were recalled and harmed;
-- what the offers of the treated cost; and what the recalled of them brought, within the horizon and from their
-- return on.
-- One row per plan id, wave number, segment type and segment.
with

assignments_segmented as (

    select * from {{ ref('int_assignments_segmented') }}

),

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

returns_valued as (

    select * from {{ ref('int_returns_valued') }}

),

winback_offers as (

    select * from {{ ref('winback_offers') }}

),

{# A draw that a source states names no offer; the plan's first one is taken. #}
first_offers as (

    select
        plan_id,
        offer_cost,
        row_number() over (partition by plan_id order by min_second_lifetime_value asc, offer_id asc) as offer_rank
    from winback_offers

),

assignments_with_value as (

    select
        followed.assignment_id,
        followed.plan_id,
        followed.wave_number,
        followed.arm = 'treatment' as is_treated,
        followed.is_mature,
        coalesce(followed.is_recalled, false) as is_recalled,
        coalesce(followed.is_harmed, false) as is_harmed,
        cast(coalesce(winback_offers.offer_cost, first_offers.offer_cost) as decimal(18, 4)) as offer_cost,
        case
            when followed.is_recalled
                then cast(followed.contribution_amount - followed.service_cost_amount as decimal(18, 4))
        end as net_value_amount,
        returns_valued.contribution_amount as return_contribution_amount,
        returns_valued.service_cost_amount as return_service_cost_amount,
        cast(returns_valued.contribution_amount - returns_valued.service_cost_amount as decimal(18, 4))
            as return_value_amount,
        returns_valued.has_second_purchase
    from assignments_followed as followed
    left join first_offers
        on followed.plan_id = first_offers.plan_id and first_offers.offer_rank = 1
    left join winback_offers
        on followed.plan_id = winback_offers.plan_id and followed.offer_id = winback_offers.offer_id
    left join returns_valued
        on
            followed.plan_id = returns_valued.plan_id
            and followed.customer_id = returns_valued.customer_id
            and followed.recalled_at = returns_valued.returned_at
    where followed.plan_id is not null and followed.wave_number is not null

),

treated as (

    select
        *,
        is_treated and is_recalled as is_treated_recalled
    from assignments_with_value

),

{# The wider factor makes room for the square: DuckDB keeps the product of two decimals of 18 digits within 18. #}
winback_waves_summed as (

    select
        treated.plan_id,
        treated.wave_number,
        segmented.segment_type,
        segmented.segment,
        count(case when treated.is_treated then 1 end) as assigned_treatment_count,
        count(case when not treated.is_treated then 1 end) as assigned_control_count,
        count(case when treated.is_treated and treated.is_mature then 1 end) as treatment_count,
        count(case when not treated.is_treated and treated.is_mature then 1 end) as control_count,
        count(case when treated.is_treated_recalled then 1 end) as recalled_treatment_count,
        count(case when not treated.is_treated and treated.is_recalled then 1 end) as recalled_control_count,
        count(case when treated.is_treated and treated.is_harmed then 1 end) as harmed_treatment_count,
        count(case when not treated.is_treated and treated.is_harmed then 1 end) as harmed_control_count,
        min(treated.offer_cost) as min_offer_cost,
        sum(case when treated.is_treated then treated.offer_cost else 0 end) as offer_costs_amount,
        sum(case when treated.is_treated_recalled then treated.net_value_amount else 0 end) as net_value_amount,
        sum(case
            when treated.is_treated_recalled
                then cast(treated.net_value_amount as decimal(19, 4)) * treated.net_value_amount
            else 0
        end) as net_value_squares,
        count(case when treated.is_treated_recalled then treated.return_value_amount end) as valued_count,
        count(case when treated.is_treated_recalled and treated.has_second_purchase then 1 end)
            as second_purchase_count,
        sum(case when treated.is_treated_recalled then coalesce(treated.return_contribution_amount, 0) else 0 end)
            as contribution_amount,
        sum(case when treated.is_treated_recalled then coalesce(treated.return_service_cost_amount, 0) else 0 end)
            as service_cost_amount,
        sum(case
            when treated.is_treated_recalled and treated.return_value_amount is not null
                then cast(treated.return_value_amount as decimal(19, 4)) * treated.return_value_amount
            else 0
        end) as return_value_squares
    from assignments_segmented as segmented
    inner join treated
        on segmented.assignment_id = treated.assignment_id
    group by treated.plan_id, treated.wave_number, segmented.segment_type, segmented.segment

)

select * from winback_waves_summed
