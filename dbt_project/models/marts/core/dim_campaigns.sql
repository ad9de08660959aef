-- What is known of each campaign that the CRM describes, that money was spent on, or that an event names.
-- One row per campaign id.
with

campaigns as (

    select * from {{ ref('stg_crm__campaigns') }}

),

campaign_costs_spread as (

    select * from {{ ref('int_campaign_costs_spread') }}

),

customer_events as (

    select * from {{ ref('fct_customer_events') }}

),

costs as (

    select
        campaign_id,
        min(channel) as channel,
        min(cost_source) as cost_source,
        sum(cost_amount) as cost_amount
    from campaign_costs_spread
    group by campaign_id

),

campaign_ids as (

    select campaign_id from campaigns
    union
    select campaign_id from costs
    union
    select campaign_id from customer_events
    where campaign_id is not null

),

campaigns_described as (

    select
        -- ids
        campaign_ids.campaign_id,

        -- strings
        campaigns.name as campaign_name,
        coalesce(campaigns.channel, costs.channel) as channel,
        campaigns.target_type,
        campaigns.idea,
        costs.cost_source,

        -- numerics
        campaigns.cost as planned_cost_amount,
        cast(costs.cost_amount as decimal(18, 4)) as cost_amount,

        -- dates
        campaigns.started_date,
        campaigns.ended_date
    from campaign_ids
    left join campaigns
        on campaign_ids.campaign_id = campaigns.campaign_id
    left join costs
        on campaign_ids.campaign_id = costs.campaign_id

)

select * from campaigns_described
