-- What may be true of a customer beside its stage: speaks for us, has a deal open, buys through a partner.
-- One row per customer id of which one of them is true.
with

customer_advocates_found as (

    select * from {{ ref('int_customer_advocates_found') }}

),

customer_partners_found as (

    select * from {{ ref('int_customer_partners_found') }}

),

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stages') }}

),

overlays as (

    select
        customer_id,
        1 as advocate,
        0 as open_deal,
        cast(null as string) as via_partner_id
    from customer_advocates_found
    union all
    select
        customer_id,
        0,
        0,
        via_partner_id
    from customer_partners_found
    union all
    select
        stage_intervals.customer_id,
        0,
        1,
        cast(null as string)
    from stage_intervals
    inner join lifecycle_stages
        on
            stage_intervals.lifecycle_id = lifecycle_stages.lifecycle_id
            and stage_intervals.stage = lifecycle_stages.stage
    where
        stage_intervals.entity_type = 'deal'
        and stage_intervals.is_current
        and stage_intervals.customer_id is not null
        and lifecycle_stages.kind != 'terminal'
        and coalesce(lifecycle_stages.generic_stage, '') not in ('buys', 'lapsed')

),

customer_overlays_flagged as (

    select
        customer_id,
        max(via_partner_id) as via_partner_id,
        max(advocate) = 1 as is_advocate,
        max(open_deal) = 1 as has_open_deal
    from overlays
    group by customer_id

)

select * from customer_overlays_flagged
