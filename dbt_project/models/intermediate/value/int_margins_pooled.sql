-- What a purchase of each group of buyers has brought and cost within the last year: the share of its amount that
-- remained after goods and refunds, and what was spent on service for each day with a purchase.
-- One row per fitted group: a customer group, or all.
with

customer_contributions_summed as (

    select * from {{ ref('int_customer_contributions_summed') }}

),

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

purchase_days_summed as (

    select * from {{ ref('int_purchase_days_summed') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

year_purchases as (

    select
        days.customer_id,
        count(*) as purchases_count
    from purchase_days_summed as days
    cross join build_clocks_resolved as clocks
    where {{ dbt.datediff(
        'days.purchase_date', 'clocks.as_of', 'day'
    ) }} < 365
    group by days.customer_id

),

fitted_groups as (

    select 'all' as fitted_group
    union all
    select 'firm'
    union all
    select 'person'

),

sums as (

    select
        fitted_groups.fitted_group,
        sum(customer_contributions_summed.year_contribution_amount) as contribution_amount,
        sum(customer_contributions_summed.year_costed_amount) as costed_amount,
        sum(customer_contributions_summed.year_service_cost_amount) as service_cost_amount,
        sum(year_purchases.purchases_count) as purchases_count
    from fitted_groups
    inner join purchase_histories_summed as buyers
        on fitted_groups.fitted_group in ('all', buyers.customer_group)
    left join customer_contributions_summed
        on buyers.customer_id = customer_contributions_summed.customer_id
    left join year_purchases
        on buyers.customer_id = year_purchases.customer_id
    group by fitted_groups.fitted_group

),

margins_pooled as (

    select
        fitted_group,
        cast(contribution_amount as double) / nullif(cast(costed_amount as double), 0) as margin_rate,
        coalesce(cast(service_cost_amount as double), 0) / nullif(purchases_count, 0) as service_cost_per_purchase
    from sums

)

select * from margins_pooled
