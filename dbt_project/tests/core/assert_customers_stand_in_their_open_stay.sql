{{ config(meta={"dagster": {"ref": {"name": "dim_customers"}}}) }}
-- Who counts customers by stage and who counts open stays must find the same people, and nobody may stand higher than
-- the highest stage ever reached.
with

stays as (

    select
        entity_id,
        stage,
        valid_from_at
    from {{ ref('fct_stage_intervals') }}
    where lifecycle_id = 'customer' and is_current

)

select customers.customer_id
from {{ ref('dim_customers') }} as customers
left join stays
    on customers.customer_id = stays.entity_id
left join {{ ref('dim_stages') }} as present
    on
        customers.lifecycle_stage = present.stage
        and present.lifecycle_id = 'customer'
        and present.stage_kind = 'progress'
left join {{ ref('dim_stages') }} as highest
    on
        customers.highest_stage = highest.stage
        and highest.lifecycle_id = 'customer'
where
    customers.lifecycle_stage != coalesce(stays.stage, 'outside')
    or customers.stage_entered_at is distinct from stays.valid_from_at
    or (present.stage is not null and coalesce(highest.stage_order, -1) < present.stage_order)
    or customers.highest_stage_reached_at > customers.stage_entered_at
