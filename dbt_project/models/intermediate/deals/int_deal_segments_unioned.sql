-- Each deal once for all, and once for each segment to which it belongs.
-- One row per deal id and breakdown.
with

deals_segmented as (

    select * from {{ ref('int_deals_segmented') }}

),

deal_segments_unioned as (

    {% for breakdown in ['all', 'owner_team', 'pipeline', 'channel'] %}
        {% if not loop.first %} union all {% endif %}
        select
            deal_id,
            currency,
            '{{ breakdown }}' as breakdown,
            {{ "'all'" if breakdown == 'all' else breakdown }} as breakdown_value,
            outcome,
            amount,
            is_opening_stated,
            opened_at,
            closed_at
        from deals_segmented
    {% endfor %}

)

select * from deal_segments_unioned
