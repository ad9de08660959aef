-- Every silence of a customer: from a day of purchase to the next one, or for as long as it has been waited for. What
-- is bought while a contract runs begins none, for then silence says nothing; the end of a contract without another
-- does.
-- One row per customer id, what the silence is counted from, and its start date.
with

purchase_days_summed as (

    select * from {{ ref('int_purchase_days_summed') }}

),

purchase_categories_ranked as (

    select * from {{ ref('int_purchase_categories_ranked') }}

),

contracts_dated as (

    select * from {{ ref('int_contracts_dated') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

purchase_days_numbered as (

    select
        customer_id,
        purchase_date,
        row_number() over (partition by customer_id order by purchase_date) as purchase_number,
        lead(purchase_date) over (partition by customer_id order by purchase_date) as next_purchase_date
    from purchase_days_summed

),

purchases_under_contract as (

    select distinct
        purchase_days_numbered.customer_id,
        purchase_days_numbered.purchase_date
    from purchase_days_numbered
    inner join contracts_dated
        on
            purchase_days_numbered.customer_id = contracts_dated.customer_id
            and purchase_days_numbered.purchase_date >= contracts_dated.started_date
            and purchase_days_numbered.purchase_date <= contracts_dated.ended_date

),

after_purchases as (

    select
        purchases.customer_id,
        purchases.purchase_date as started_date,
        purchases.next_purchase_date as followed_date,
        case when purchases.purchase_number < 3 then cast(purchases.purchase_number as string) else '3+' end
            as orders_band,
        coalesce(categories.product_category, 'unknown') as product_category
    from purchase_days_numbered as purchases
    left join purchases_under_contract as under_contract
        on purchases.customer_id = under_contract.customer_id and purchases.purchase_date = under_contract.purchase_date
    left join purchase_categories_ranked as categories
        on
            purchases.customer_id = categories.customer_id
            and purchases.purchase_date = categories.purchase_date
            and categories.category_rank = 1
    where under_contract.customer_id is null

),

{# Contracts may overlap: what counts is until when any was in force. #}
contracts_in_force as (

    select
        customer_id,
        max(ended_date) over (
            partition by customer_id order by started_date, contract_id
            rows between unbounded preceding and current row
        ) as in_force_until_date,
        lead(started_date) over (partition by customer_id order by started_date, contract_id) as next_started_date
    from contracts_dated

),

after_contracts as (

    select
        contracts_in_force.customer_id,
        contracts_in_force.in_force_until_date as started_date,
        contracts_in_force.next_started_date as followed_date,
        cast(null as string) as orders_band,
        cast(null as string) as product_category
    from contracts_in_force
    inner join build_clocks_resolved
        on contracts_in_force.in_force_until_date < cast(build_clocks_resolved.as_of as date)
    where
        contracts_in_force.next_started_date is null
        or {{ dbt.datediff(
            'contracts_in_force.in_force_until_date', 'contracts_in_force.next_started_date', 'day'
        ) }} > 1

),

silences as (

    select
        'purchase' as counted_from,
        *
    from after_purchases
    union all
    select
        'contract_end' as counted_from,
        *
    from after_contracts

),

silences_found as (

    select
        silences.customer_id,
        silences.counted_from,
        silences.started_date,
        silences.orders_band,
        silences.product_category,
        silences.followed_date is not null as is_followed,
        cast({{ dbt.datediff(
            'silences.started_date',
            'coalesce(silences.followed_date, cast(build_clocks_resolved.as_of as date))',
            'day'
        ) }} as integer) as silent_days,
        cast({{ dbt.datediff(
            'silences.started_date', 'cast(build_clocks_resolved.as_of as date)', 'day'
        ) }} as integer) as age_days
    from silences
    cross join build_clocks_resolved

)

select * from silences_found
