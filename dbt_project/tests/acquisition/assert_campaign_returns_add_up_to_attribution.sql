{{ config(meta={"dagster": {"ref": {"name": "rpt_campaign_roi"}}}) }}
-- What campaigns are credited with is what attribution credits to them, one by one, by target and in all; and each
-- scope has the same cost.
with

credited as (

    select
        conversion_id,
        attribution_model,
        sum(case when campaign_id is not null then credited_conversions else 0 end) as credited_conversions,
        sum(case when campaign_id is not null then credited_amount else 0 end) as credited_amount
    from {{ ref('rpt_attribution') }}
    group by conversion_id, attribution_model

),

costs as (

    select sum(cost_amount) as cost_amount from {{ ref('dim_campaigns') }}

),

returned as (

    select
        conversion_id,
        attribution_model,
        scope_type,
        sum(credited_conversions) as credited_conversions,
        sum(credited_amount) as credited_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('rpt_campaign_roi') }}
    group by conversion_id, attribution_model, scope_type

)

select
    returned.*,
    credited.credited_conversions as attributed_conversions,
    credited.credited_amount as attributed_amount
from returned
cross join costs
left join credited
    on
        returned.conversion_id = credited.conversion_id
        and returned.attribution_model = credited.attribution_model
where
    abs(returned.credited_conversions - coalesce(credited.credited_conversions, 0)) > 0.000000001
    or returned.credited_amount != coalesce(credited.credited_amount, 0)
    or returned.cost_amount is distinct from costs.cost_amount
