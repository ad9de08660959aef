-- How each conversion is credited to the touches before it, by five models; without a touch it is unattributed.
-- Shares have twelve places, money four; what rounding leaves goes to the last touch, so that each conversion is
-- credited exactly once and its money to the last place.
-- One row per conversion id, event id of the conversion, attribution model and touch number.
with

attribution_conversions_found as (

    select * from {{ ref('int_attribution_conversions_found') }}

),

attribution_touches_paired as (

    select * from {{ ref('int_attribution_touches_paired') }}

),

attribution_models as (

    {% for model in ['first', 'last', 'linear', 'time_decay', 'position'] -%}
        select '{{ model }}' as attribution_model
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

touches_weighed as (

    select
        touches.*,
        attribution_models.attribution_model,
        cast(
            case
                when attribution_models.attribution_model = 'first'
                    then case when touches.touch_number = 1 then 1 else 0 end
                when attribution_models.attribution_model = 'last'
                    then case when touches.touch_number = touches.touches_count then 1 else 0 end
                when attribution_models.attribution_model = 'time_decay'
                    then exp(ln(2) * (touches.last_days_before - touches.days_before) / touches.half_life_days)
                when attribution_models.attribution_model = 'linear' or touches.touches_count = 1 then 1
                when touches.touches_count = 2 and touches.first_share + touches.last_share = 0 then 1
                when touches.touch_number = 1 then touches.first_share
                when touches.touch_number < touches.touches_count
                    then (1 - touches.first_share - touches.last_share) / (touches.touches_count - 2)
                else touches.last_share
            end as double
        ) as weight
    from attribution_touches_paired as touches
    cross join attribution_models

),

touches_shared as (

    select
        *,
        touch_number = touches_count as is_last,
        cast(
            weight / sum(weight) over (
                partition by conversion_id, event_id, attribution_model
            ) as decimal(13, 12)
        ) as share
    from touches_weighed

),

{# Decimal times decimal, so that both engines round alike; one is wide, for 18 digits do not hold the product. #}
touches_rounded as (

    select
        *,
        case when is_last then 0 else share end as share_before_last,
        case when is_last then 0 else cast(cast(amount as decimal(22, 4)) * share as decimal(18, 4)) end
            as amount_before_last,
        case when is_last then 0 else cast(cast(contribution_amount as decimal(22, 4)) * share as decimal(18, 4)) end
            as contribution_before_last
    from touches_shared

),

attribution_credits_split as (

    select
        conversion_id,
        event_id,
        attribution_model,
        touch_event_id,
        channel,
        campaign_id,
        touch_number,
        cast(
            case
                when is_last
                    then 1 - sum(share_before_last) over (partition by conversion_id, event_id, attribution_model)
                else share
            end as decimal(13, 12)
        ) as credited_share,
        cast(
            case
                when is_last
                    then amount - sum(amount_before_last) over (partition by conversion_id, event_id, attribution_model)
                else amount_before_last
            end as decimal(18, 4)
        ) as credited_amount,
        cast(
            case
                when is_last
                    then
                        contribution_amount
                        - sum(contribution_before_last) over (partition by conversion_id, event_id, attribution_model)
                when contribution_amount is not null then contribution_before_last
            end as decimal(18, 4)
        ) as credited_contribution_amount,
        converted_at
    from touches_rounded
    union all
    select
        conversions.conversion_id,
        conversions.event_id,
        attribution_models.attribution_model,
        cast(null as string),
        'unattributed',
        cast(null as string),
        0,
        cast(1 as decimal(13, 12)),
        conversions.amount,
        conversions.contribution_amount,
        conversions.converted_at
    from attribution_conversions_found as conversions
    cross join attribution_models
    where
        not exists (
            select 1
            from attribution_touches_paired as touches
            where conversions.conversion_id = touches.conversion_id and conversions.event_id = touches.event_id
        )

)

select * from attribution_credits_split
