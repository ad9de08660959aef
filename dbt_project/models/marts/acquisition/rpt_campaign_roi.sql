-- What each campaign cost and what orders it is credited with, by each attribution model; and how many of those whom it
-- touched ordered within the window.
-- One row per conversion id, attribution model, scope type, campaign id and target type.
with

campaign_returns_summed as (

    select * from {{ ref('int_campaign_returns_summed') }}

),

campaign_touches_followed as (

    select * from {{ ref('int_campaign_touches_followed') }}

),

customers_touched as (

    select
        conversion_id,
        scope_type,
        scope_campaign_id,
        target_type,
        count(*) as touched_customers_count,
        count(case when is_mature then 1 end) as mature_customers_count,
        count(case when is_mature and has_converted then 1 end) as converted_customers_count
    from campaign_touches_followed
    group by conversion_id, scope_type, scope_campaign_id, target_type

),

returns_with_touched as (

    select
        returns.*,
        coalesce(touched.touched_customers_count, 0) as touched_customers_count,
        coalesce(touched.mature_customers_count, 0) as mature_customers_count,
        coalesce(touched.converted_customers_count, 0) as converted_customers_count
    from campaign_returns_summed as returns
    left join customers_touched as touched
        on
            returns.conversion_id = touched.conversion_id
            and returns.scope_type = touched.scope_type
            and returns.scope_campaign_id = touched.scope_campaign_id
            and returns.target_type = touched.target_type

),

campaign_roi as (

    select
        -- ids
        conversion_id,
        scope_campaign_id as campaign_id,

        -- strings
        attribution_model,
        scope_type,
        target_type,

        -- numerics
        cast(cost_amount as decimal(18, 4)) as cost_amount,
        cast(credited_conversions as double) as credited_conversions,
        cast(credited_conversions - costed_conversions as double) as uncosted_conversions,
        cast(credited_amount as decimal(18, 4)) as credited_amount,
        cast(contribution_amount as decimal(18, 4)) as contribution_amount,
        cast(returning_cost_amount as decimal(18, 4)) as returning_cost_amount,
        cast(return_amount as decimal(18, 4)) as return_amount,
        case
            when touched_customers_count > 0 and returning_cost_amount > 0
                then cast(return_amount as double) / cast(returning_cost_amount as double)
        end as roi,
        cast(touched_customers_count as bigint) as touched_customers_count,
        cast(mature_customers_count as bigint) as mature_customers_count,
        case when mature_customers_count > 0 then cast(converted_customers_count as bigint) end
            as converted_customers_count,
        converted_customers_count / nullif(cast(mature_customers_count as double), 0) as converted_after_touch_rate,
        {{ wilson_limit('converted_customers_count', 'mature_customers_count', -1) }}
            as converted_after_touch_rate_lower,
        {{ wilson_limit('converted_customers_count', 'mature_customers_count', 1) }}
            as converted_after_touch_rate_upper,

        -- booleans
        is_mature
    from returns_with_touched

)

select * from campaign_roi
