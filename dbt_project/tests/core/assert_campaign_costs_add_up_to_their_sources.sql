{{ config(meta={"dagster": {"ref": {"name": "dim_campaigns"}}}) }}
-- A campaign that is over has cost, to the last place, what was spent on it by the day, or else what the CRM states.
with

spent as (

    select
        ad_spend.campaign_id,
        sum(case when cast(ad_spend.spend_date as timestamp) <= clocks.as_of then ad_spend.amount end) as spent_amount
    from {{ ref('stg_marketing__ad_spend') }} as ad_spend
    cross join {{ ref('int_build_clocks_resolved') }} as clocks
    group by ad_spend.campaign_id

)

select
    campaigns.campaign_id,
    campaigns.cost_amount,
    spent.spent_amount,
    campaigns.planned_cost_amount
from {{ ref('dim_campaigns') }} as campaigns
cross join {{ ref('int_build_clocks_resolved') }} as clocks
left join spent
    on campaigns.campaign_id = spent.campaign_id
where
    (spent.campaign_id is not null and campaigns.cost_amount is distinct from spent.spent_amount)
    or (
        spent.campaign_id is null
        and cast(campaigns.ended_date as timestamp) <= clocks.as_of
        and campaigns.cost_amount is distinct from campaigns.planned_cost_amount
    )
