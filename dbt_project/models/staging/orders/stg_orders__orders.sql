-- An order, as last stated by the source up to the load horizon.
-- One row per order id.
with

source as (

    select * from {{ source('orders', 'orders') }}

),

load_horizon as (

    select * from {{ ref('int_load_horizons_resolved') }}

),

known as (

    select source.*
    from source
    inner join load_horizon
        on source._loaded_at <= load_horizon.known_at

),

ranked as (

    select
        *,
        {{ version_rank(['order_id'], updated_at='updated_at') }} as version_rank
    from known

),

orders as (

    select
        -- ids
        order_id,
        customer_id,
        deal_id,

        -- strings; a guest who leaves an e-mail address is a party too
        coalesce('buyer:' || customer_id, 'guest:' || {{ hash_email('email') }}) as party_key,
        {{ hash_email('email') }} as email_hash,
        {{ hash_phone('phone') }} as phone_hash,
        status,
        currency,
        channel,
        country,

        -- numerics
        {{ dbt.safe_cast('gross_amount', 'decimal(18, 4)') }} as gross_amount,
        {{ dbt.safe_cast('discount_amount', 'decimal(18, 4)') }} as discount_amount,
        {{ dbt.safe_cast('tax_amount', 'decimal(18, 4)') }} as tax_amount,
        {{ dbt.safe_cast('shipping_amount', 'decimal(18, 4)') }} as shipping_amount,

        -- booleans; what is personal is judged here, and stays in raw
        {{ has_well_formed_email('email') }} as has_well_formed_email,
        {{ has_well_formed_phone('phone') }} as has_well_formed_phone,
        {{ dbt.safe_cast('is_test', 'boolean') }} as is_test,

        -- timestamps
        {{ read_timestamp('ordered_at') }} as ordered_at,
        {{ read_timestamp('updated_at') }} as updated_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from orders
