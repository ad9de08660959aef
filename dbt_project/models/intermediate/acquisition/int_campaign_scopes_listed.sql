-- The campaigns that are told of together: each alone, those of one target, all.
-- One row per campaign id and scope type.
with

campaigns as (

    select * from {{ ref('dim_campaigns') }}

),

campaign_scopes_listed as (

    select
        campaign_id,
        'campaign' as scope_type,
        campaign_id as scope_campaign_id,
        coalesce(target_type, 'unknown') as target_type
    from campaigns
    union all
    select
        campaign_id,
        'target_type',
        'all',
        coalesce(target_type, 'unknown')
    from campaigns
    union all
    select
        campaign_id,
        'all',
        'all',
        'all'
    from campaigns

)

select * from campaign_scopes_listed
