-- What each customer has brought up to as_of, after the cost of goods and refunds, and what serving it has cost. The
-- last year's part is kept apart, to tell what a purchase brings and costs nowadays.
-- One row per customer id with a contribution or a service.
with

contributions_converted as (

    select * from {{ ref('int_contributions_converted') }}

),

service_costs_found as (

    select * from {{ ref('int_service_costs_found') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

amounts as (

    select
        customer_id,
        occurred_at,
        contribution_amount,
        costed_amount,
        is_costed,
        case when record_type = 'order' and not is_costed then 1 else 0 end as uncosted_orders_count,
        0 as service_cost_amount
    from contributions_converted
    union all
    select
        customer_id,
        occurred_at,
        0,
        0,
        true,
        0,
        service_cost_amount
    from service_costs_found

),

amounts_dated as (

    select
        amounts.*,
        {{ dbt.dateadd('day', 365, 'amounts.occurred_at') }} > build_clocks_resolved.as_of as is_of_last_year
    from amounts
    cross join build_clocks_resolved

),

customer_contributions_summed as (

    select
        customer_id,
        cast(sum(contribution_amount) as decimal(18, 4)) as contribution_amount,
        cast(sum(service_cost_amount) as decimal(18, 4)) as service_cost_amount,
        cast(sum(uncosted_orders_count) as bigint) as uncosted_orders_count,
        {# An order whose goods' cost is not known would look like pure margin; its refunds are left out with it. #}
        cast(
            sum(case when is_of_last_year and is_costed then contribution_amount else 0 end)
            as decimal(18, 4)
        ) as year_contribution_amount,
        cast(sum(case when is_of_last_year then costed_amount else 0 end) as decimal(18, 4)) as year_costed_amount,
        cast(
            sum(case when is_of_last_year then service_cost_amount else 0 end) as decimal(18, 4)
        ) as year_service_cost_amount
    from amounts_dated
    group by customer_id

)

select * from customer_contributions_summed
