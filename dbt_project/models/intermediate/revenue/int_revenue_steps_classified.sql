-- Each change of what a customer is worth a month, as one movement: new, reactivation, upsell, cross-sell, contraction
-- or churn. They exclude each other but for the two kinds of growth, and add up to the change.
-- One row per revenue model, customer id and instant; amounts are in the reporting currency and above zero.
with

subscription_steps_summed as (

    select * from {{ ref('int_subscription_steps_summed') }}

),

order_levels_rolled as (

    select * from {{ ref('int_order_levels_rolled') }}

),

steps as (

    select
        'subscriptions' as revenue_model,
        customer_id,
        amount_before,
        amount_after,
        added_amount,
        cast({{ dbt.date_trunc('month', 'changed_at') }} as date) as month_start_date,
        changed_at
    from subscription_steps_summed
    union all
    select
        'orders',
        customer_id,
        amount_before,
        amount_after,
        added_amount,
        month_start_date,
        cast(month_start_date as {{ dbt.type_timestamp() }})
    from order_levels_rolled

),

steps_with_past as (

    select
        *,
        amount_after - amount_before as change_amount,
        greatest(least(added_amount, amount_after - amount_before), 0) as beside_amount,
        coalesce(max(amount_after) over (
            partition by revenue_model, customer_id
            order by changed_at
            rows between unbounded preceding and 1 preceding
        ), 0) > 0 as has_paid_before
    from steps

),

{# The first branch that fits is taken: whoever was worth nothing did not expand, and whoever is did not contract. #}
steps_with_type as (

    select
        *,
        case
            when change_amount = 0 then 'none'
            when amount_before <= 0 and has_paid_before then 'reactivation'
            when amount_before <= 0 then 'new'
            when amount_after <= 0 then 'churn'
            when change_amount < 0 then 'contraction'
            else 'expansion'
        end as movement_type
    from steps_with_past

),

revenue_steps_classified as (

    select
        revenue_model,
        customer_id,
        amount_before,
        amount_after,
        cast(case when movement_type = 'new' then change_amount else 0 end as decimal(18, 4)) as new_amount,
        cast(case when movement_type = 'reactivation' then change_amount else 0 end as decimal(18, 4))
            as reactivation_amount,
        cast(
            case when movement_type = 'expansion' then change_amount - beside_amount else 0 end as decimal(18, 4)
        ) as upsell_amount,
        cast(
            case when movement_type = 'expansion' then beside_amount else 0 end as decimal(18, 4)
        ) as cross_sell_amount,
        cast(case when movement_type = 'contraction' then -change_amount else 0 end as decimal(18, 4))
            as contraction_amount,
        cast(case when movement_type = 'churn' then -change_amount else 0 end as decimal(18, 4)) as churned_amount,
        month_start_date,
        changed_at
    from steps_with_type

)

select * from revenue_steps_classified
