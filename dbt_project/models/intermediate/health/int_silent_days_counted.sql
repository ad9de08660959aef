{%- set breakdowns = {
    'all': ["'all'", "'all'", 'purchase'],
    'orders_band': ['orders_band', "'all'", 'purchase'],
    'orders_band_and_category': ['orders_band', 'product_category', 'purchase'],
    'contract': ["'all'", "'all'", 'contract_end'],
} -%}
-- How many silences end on each of their days, and by how much the snapshots change that they are seen in. A snapshot
-- is one customer on one day, of those days alone after which the whole horizon has been watched; it returns if the
-- silence ends within the horizon.
-- One row per breakdown, orders band, product category and silent days on which anything changes.
with

silences_found as (

    select * from {{ ref('int_silences_found') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

silences_with_snapshots as (

    select
        silences.counted_from,
        silences.orders_band,
        silences.product_category,
        silences.is_followed,
        silences.silent_days,
        greatest(silences.silent_days - cast(horizons.threshold_value as integer), 0) as first_returning_day,
        least(
            case when silences.is_followed then silences.silent_days - 1 else silences.silent_days end,
            silences.age_days - cast(horizons.threshold_value as integer)
        ) as last_mature_day
    from silences_found as silences
    inner join thresholds as horizons
        on horizons.threshold_id = 'churn_horizon_days'

),

{# Each silence is a span of snapshots: it counts for them from its first day on, and no longer after its last. #}
changes as (

    select
        counted_from,
        orders_band,
        product_category,
        silent_days,
        1 as ended_change,
        case when is_followed then 1 else 0 end as followed_change,
        0 as snapshots_change,
        0 as returning_change
    from silences_with_snapshots
    union all
    select
        counted_from,
        orders_band,
        product_category,
        0,
        0,
        0,
        1,
        0
    from silences_with_snapshots
    where last_mature_day >= 0
    union all
    select
        counted_from,
        orders_band,
        product_category,
        last_mature_day + 1,
        0,
        0,
        -1,
        case when is_followed and first_returning_day <= last_mature_day then -1 else 0 end
    from silences_with_snapshots
    where last_mature_day >= 0
    union all
    select
        counted_from,
        orders_band,
        product_category,
        first_returning_day,
        0,
        0,
        0,
        1
    from silences_with_snapshots
    where is_followed and first_returning_day <= last_mature_day

),

changes_summed as (

    select
        counted_from,
        orders_band,
        product_category,
        silent_days,
        sum(ended_change) as ended_change,
        sum(followed_change) as followed_change,
        sum(snapshots_change) as snapshots_change,
        sum(returning_change) as returning_change
    from changes
    group by counted_from, orders_band, product_category, silent_days

),

silent_days_counted as (

    {% for breakdown, (orders_band, product_category, counted_from) in breakdowns.items() -%}
        {% if not loop.first %} union all {% endif %}
        select
            '{{ breakdown }}' as breakdown,
            {{ orders_band }} as orders_band,
            {{ product_category }} as product_category,
            silent_days,
            cast(sum(ended_change) as bigint) as ended_count,
            cast(sum(followed_change) as bigint) as followed_count,
            cast(sum(snapshots_change) as bigint) as snapshots_change,
            cast(sum(returning_change) as bigint) as returning_change
        from changes_summed
        where counted_from = '{{ counted_from }}'
        group by {{ ['silent_days', orders_band, product_category] | reject('equalto', "'all'") | join(', ') }}
    {% endfor %}

)

select * from silent_days_counted
