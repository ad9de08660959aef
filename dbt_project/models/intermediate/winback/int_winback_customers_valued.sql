-- What it would bring to recall each customer who is judged, by the next plan: its second lifetime value, the lift
-- to expect, the offer it would get, and the net of both. Where nobody like it was ever drawn, or came back, the
-- plan's own belief stands in; without plans nothing is known.
-- One row per customer id.
with

winback_customers_measured as (

    select * from {{ ref('int_winback_customers_measured') }}

),

winback_segments_assigned as (

    select * from {{ ref('int_winback_segments_assigned') }}

),

winback_lifts_estimated as (

    select * from {{ ref('int_winback_lifts_estimated') }}

),

second_lifetimes_estimated as (

    select * from {{ ref('int_second_lifetimes_estimated') }}

),

next_plans_found as (

    select * from {{ ref('int_next_plans_found') }}

),

winback_offers as (

    select * from {{ ref('winback_offers') }}

),

contact_caps_counted as (

    select * from {{ ref('int_contact_caps_counted') }}

),

customers_segmented as (

    select
        measured.*,
        coalesce(caps.caps_exceeded_count, 0) as caps_exceeded_count,
        plans.plan_id,
        plans.contact_cost,
        plans.expected_lift as believed_lift,
        plans.expected_recall_rate as believed_recall_rate,
        plans.expected_second_lifetime_value as believed_value,
        lift_segments.segment as lift_segment,
        value_segments.segment as value_segment
    from winback_customers_measured as measured
    left join next_plans_found as plans
        on plans.plan_id is not null
    left join winback_segments_assigned as lift_segments
        on
            measured.customer_id = lift_segments.customer_id
            and measured.as_of = lift_segments.measured_at
            and plans.lift_segment_type = lift_segments.segment_type
    left join winback_segments_assigned as value_segments
        on
            measured.customer_id = value_segments.customer_id
            and measured.as_of = value_segments.measured_at
            and plans.value_segment_type = value_segments.segment_type
    left join contact_caps_counted as caps
        on measured.customer_id = caps.customer_id

),

customers_with_lift as (

    select
        segmented.*,
        coalesce(of_segment.expected_lift, of_all.expected_lift, segmented.believed_lift) as expected_lift,
        coalesce(
            of_segment.expected_recall_rate, of_all.expected_recall_rate, segmented.believed_recall_rate
        ) as expected_recall_rate,
        case
            when of_segment.observed_lift is not null then 'segment'
            when of_all.observed_lift is not null then 'all'
            when segmented.plan_id is not null then 'plan'
        end as lift_basis,
        coalesce(
            own_value.second_lifetime_value, any_value.second_lifetime_value, segmented.believed_value
        ) as second_lifetime_value
    from customers_segmented as segmented
    left join winback_lifts_estimated as of_segment
        on segmented.is_b2b = of_segment.is_b2b and segmented.lift_segment = of_segment.segment
    left join winback_lifts_estimated as of_all
        on segmented.is_b2b = of_all.is_b2b and of_all.segment = 'all'
    left join second_lifetimes_estimated as own_value
        on segmented.plan_id = own_value.plan_id and segmented.value_segment = own_value.segment
    left join second_lifetimes_estimated as any_value
        on segmented.plan_id = any_value.plan_id and any_value.segment = 'all'

),

offers_with_end as (

    select
        *,
        lead(min_second_lifetime_value) over (
            partition by plan_id
            order by min_second_lifetime_value
        ) as below_value
    from winback_offers

),

{# Whoever is not known to bring anything gets the offer that is for everybody. #}
customers_with_offer as (

    select
        customers_with_lift.*,
        offers_with_end.offer_id,
        customers_with_lift.contact_cost
        + customers_with_lift.expected_recall_rate * cast(offers_with_end.offer_cost as double) as expected_cost_amount
    from customers_with_lift
    left join offers_with_end
        on
            customers_with_lift.plan_id = offers_with_end.plan_id
            and greatest(0, coalesce(customers_with_lift.second_lifetime_value, 0))
            >= offers_with_end.min_second_lifetime_value
            and coalesce(
                greatest(0, coalesce(customers_with_lift.second_lifetime_value, 0)) < offers_with_end.below_value, true
            )

),

winback_customers_valued as (

    select
        *,
        case
            when second_lifetime_value > 0 then expected_cost_amount / second_lifetime_value
        end as break_even_lift,
        {# To keep away whoever would bring a loss is no gain of a contact. #}
        case when second_lifetime_value > 0 then expected_lift else greatest(expected_lift, 0) end
        * second_lifetime_value - expected_cost_amount as expected_net_value
    from customers_with_offer

)

select * from winback_customers_valued
