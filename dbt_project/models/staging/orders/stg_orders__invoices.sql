-- A demand for payment, as last stated by the source up to the load horizon.
-- One row per invoice id.
with

source as (

    select * from {{ source('orders', 'invoices') }}

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
        {{ version_rank(['invoice_id']) }} as version_rank
    from known

),

invoices as (

    select
        -- ids
        invoice_id,
        order_id,
        contract_id,

        -- strings
        currency,

        -- numerics
        {{ dbt.safe_cast('amount', 'decimal(18, 4)') }} as amount,

        -- dates
        {{ dbt.safe_cast('due_date', 'date') }} as due_date,

        -- timestamps
        {{ read_timestamp('issued_at') }} as issued_at,
        _loaded_at as loaded_at

    from ranked
    where version_rank = 1

)

select * from invoices
