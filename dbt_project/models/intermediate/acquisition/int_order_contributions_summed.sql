-- What each order that stands has brought up to as_of, its refunds taken off; NULL where its goods' cost is unknown.
-- One row per order id.
with

contributions_valued as (

    select * from {{ ref('int_contributions_valued') }}

),

refunds as (

    select * from {{ ref('stg_orders__refunds') }}

),

contributions_of_orders as (

    select
        record_id as order_id,
        contribution_amount,
        is_costed,
        1 as orders_count
    from contributions_valued
    where record_type = 'order'
    union all
    select
        refunds.order_id,
        contributions_valued.contribution_amount,
        true,
        0
    from contributions_valued
    inner join refunds
        on contributions_valued.record_type = 'refund' and contributions_valued.record_id = refunds.refund_id
    where refunds.order_id is not null

),

order_contributions_summed as (

    select
        order_id,
        cast(
            case when min(case when is_costed then 1 else 0 end) = 1 then sum(contribution_amount) end
            as decimal(18, 4)
        ) as contribution_amount
    from contributions_of_orders
    group by order_id
    having sum(orders_count) > 0

)

select * from order_contributions_summed
