-- Deals opened by as_of, with their outcome by then and the segments to which each belongs: its pipeline, its lead's
-- channel, and its owner's team when it was closed, or at as_of while it is open.
-- A deal that is decided without an instant, or was never opened, is in no month and not here.
-- One row per deal id.
with

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

users as (

    select * from {{ ref('stg_crm__users') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

deals_with_outcome as (

    select
        deals.*,
        build_clocks_resolved.as_of,
        coalesce(deals.created_at, deals.engaged_at) as stated_opened_at,
        case when deals.is_won is not null and deals.closed_at <= build_clocks_resolved.as_of then deals.closed_at end
            as decided_at
    from deals
    cross join build_clocks_resolved
    where deals.is_won is null or deals.closed_at is not null

),

deals_with_opening as (

    select
        *,
        least(coalesce(stated_opened_at, decided_at), decided_at) as opened_at
    from deals_with_outcome

),

owner_spells_ranked as (

    select
        deals.deal_id,
        users.team,
        row_number() over (
            partition by deals.deal_id
            order by users.valid_from_at desc
        ) as spell_rank
    from deals_with_opening as deals
    inner join users
        on
            deals.owner_id = users.user_id
            and coalesce(deals.decided_at, deals.as_of) >= users.valid_from_at
            and (users.valid_to_at is null or coalesce(deals.decided_at, deals.as_of) < users.valid_to_at)

),

deals_segmented as (

    select
        deals.deal_id,
        deals.owner_id,
        case
            when deals.decided_at is null then 'open'
            when deals.is_won then 'won'
            else 'lost'
        end as outcome,
        coalesce(deals.currency, 'unknown') as currency,
        coalesce(deals.pipeline, 'unknown') as pipeline,
        coalesce(leads.source, 'unknown') as channel,
        coalesce(owner_spells_ranked.team, 'unknown') as owner_team,
        deals.amount,
        coalesce(deals.stated_opened_at <= coalesce(deals.decided_at, deals.as_of), false) as is_opening_stated,
        deals.opened_at,
        deals.decided_at as closed_at
    from deals_with_opening as deals
    left join leads
        on deals.lead_id = leads.lead_id
    left join owner_spells_ranked
        on deals.deal_id = owner_spells_ranked.deal_id and owner_spells_ranked.spell_rank = 1
    where deals.opened_at <= deals.as_of

)

select * from deals_segmented
