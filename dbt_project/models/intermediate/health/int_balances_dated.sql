-- What customers had in points and in money paid in advance after each day on which that changed: what they would lose
-- by leaving.
-- One row per balance type, customer id and booking date.
with

point_movements as (

    select * from {{ ref('stg_loyalty__point_movements') }}

),

prepaid_movements as (

    select * from {{ ref('stg_loyalty__prepaid_movements') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

movements as (

    select
        'points' as balance_type,
        customer_id as buyer_id,
        delta,
        occurred_at
    from point_movements
    union all
    select
        'prepaid',
        customer_id,
        delta,
        occurred_at
    from prepaid_movements

),

movements_by_day as (

    select
        movements.balance_type,
        identity_map.customer_id,
        cast(movements.occurred_at as date) as booked_date,
        sum(movements.delta) as delta
    from movements
    inner join identity_map
        on 'buyer:' || movements.buyer_id = identity_map.party_key
    inner join build_clocks_resolved
        on movements.occurred_at <= build_clocks_resolved.as_of
    group by movements.balance_type, identity_map.customer_id, cast(movements.occurred_at as date)

),

balances_dated as (

    select
        balance_type,
        customer_id,
        booked_date,
        cast(sum(delta) over (
            partition by balance_type, customer_id order by booked_date
            rows between unbounded preceding and current row
        ) as decimal(18, 4)) as balance,
        lead(booked_date) over (partition by balance_type, customer_id order by booked_date) as next_booked_date
    from movements_by_day

)

select * from balances_dated
