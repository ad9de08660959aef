-- To which channel and campaign the conversions of a month are credited, by five models side by side.
-- One row per conversion id, attribution model, channel, campaign id and month.
with

attribution_credits_split as (

    select * from {{ ref('int_attribution_credits_split') }}

),

credits_with_month as (

    select
        *,
        cast({{ dbt.date_trunc('month', 'converted_at') }} as date) as month_start_date
    from attribution_credits_split

),

attribution as (

    select
        -- ids
        {{ surrogate_key(['conversion_id', 'attribution_model', 'channel', 'campaign_id', 'month_start_date']) }}
            as attribution_id,
        conversion_id,
        campaign_id,

        -- strings
        attribution_model,
        channel,

        -- numerics
        count(distinct event_id) as touched_conversions_count,
        cast(sum(credited_share) as double) as credited_conversions,
        cast(sum(credited_amount) as decimal(18, 4)) as credited_amount,

        -- dates
        month_start_date
    from credits_with_month
    group by conversion_id, attribution_model, channel, campaign_id, month_start_date

)

select * from attribution
