{{ config(meta={"dagster": {"ref": {"name": "dim_customers"}}}) }}
-- A partner's own life, from discovery to motivation, is not mixed with the lives of the customers whom it brings: no
-- partner is a customer under its own id or hears as one, and no rule of a customer's life rests on a partner's record.
with

partners as (

    select distinct object_id as partner_id
    from {{ ref('stg_partners__partner_history') }}
    union
    select distinct entity_id
    from {{ ref('fct_customer_events') }}
    where entity_type = 'partner'

)

select customers.customer_id
from {{ ref('dim_customers') }} as customers
inner join partners
    on customers.customer_id = partners.partner_id
union all
select events.event_id
from {{ ref('fct_customer_events') }} as events
where events.entity_type = 'partner' and events.customer_id is not null
union all
select moves.transition_id
from {{ ref('fct_stage_transitions') }} as moves
left join partners
    on moves.entity_id = partners.partner_id
where
    moves.entity_type = 'customer'
    and (partners.partner_id is not null or moves.evidence_source = 'partner_history')
