-- What each campaign is credited with by each model, beside what it cost; alone, by target, and all together.
-- A return is told of campaigns whose cost and contribution are both known, beside the cost of those alone, so that no
-- other campaign flatters or burdens a total.
-- One row per conversion id, attribution model, scope type, scope campaign id and target type.
with

attribution_credits_split as (

    select * from {{ ref('int_attribution_credits_split') }}

),

campaigns as (

    select * from {{ ref('dim_campaigns') }}

),

campaign_scopes_listed as (

    select * from {{ ref('int_campaign_scopes_listed') }}

),

attribution_conversions as (

    select * from {{ ref('attribution_conversions') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

attribution_models as (

    {% for model in ['first', 'last', 'linear', 'time_decay', 'position'] -%}
        select '{{ model }}' as attribution_model
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

credits as (

    select
        conversion_id,
        attribution_model,
        campaign_id,
        sum(credited_share) as credited_conversions,
        sum(case when credited_contribution_amount is not null then credited_share else 0 end) as costed_conversions,
        sum(credited_amount) as credited_amount,
        sum(credited_contribution_amount) as credited_contribution_amount
    from attribution_credits_split
    where campaign_id is not null
    group by conversion_id, attribution_model, campaign_id

),

campaign_returns as (

    select
        attribution_conversions.conversion_id,
        attribution_models.attribution_model,
        campaigns.campaign_id,
        campaigns.cost_amount,
        coalesce(credits.credited_conversions, 0) as credited_conversions,
        coalesce(credits.costed_conversions, 0) as costed_conversions,
        coalesce(credits.credited_amount, 0) as credited_amount,
        case when credits.campaign_id is null then 0 else credits.credited_contribution_amount end
            as contribution_amount,
        coalesce(
            {{ dbt.dateadd('day', 'attribution_conversions.window_days + 1', 'campaigns.ended_date') }}
            <= build_clocks_resolved.as_of,
            false
        ) as is_mature
    from campaigns
    cross join attribution_conversions
    cross join attribution_models
    cross join build_clocks_resolved
    left join credits
        on
            campaigns.campaign_id = credits.campaign_id
            and attribution_conversions.conversion_id = credits.conversion_id
            and attribution_models.attribution_model = credits.attribution_model

),

campaign_returns_summed as (

    select
        campaign_returns.conversion_id,
        campaign_returns.attribution_model,
        campaign_scopes_listed.scope_type,
        campaign_scopes_listed.scope_campaign_id,
        campaign_scopes_listed.target_type,
        sum(campaign_returns.credited_conversions) as credited_conversions,
        sum(campaign_returns.costed_conversions) as costed_conversions,
        sum(campaign_returns.credited_amount) as credited_amount,
        sum(campaign_returns.contribution_amount) as contribution_amount,
        sum(campaign_returns.cost_amount) as cost_amount,
        sum(case when campaign_returns.contribution_amount is not null then campaign_returns.cost_amount end)
            as returning_cost_amount,
        sum(campaign_returns.contribution_amount - campaign_returns.cost_amount) as return_amount,
        min(case when campaign_returns.is_mature then 1 else 0 end) = 1 as is_mature
    from campaign_returns
    inner join campaign_scopes_listed
        on campaign_returns.campaign_id = campaign_scopes_listed.campaign_id
    group by
        campaign_returns.conversion_id,
        campaign_returns.attribution_model,
        campaign_scopes_listed.scope_type,
        campaign_scopes_listed.scope_campaign_id,
        campaign_scopes_listed.target_type

)

select * from campaign_returns_summed
