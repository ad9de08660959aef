-- How lately, how often and for how much each customer bought, as scores, the segment these make, and the last other
-- segment that it was in.
-- One row per scheme and customer id.
with

rfm_scored as (

    select * from {{ ref('int_rfm_scored') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

current_scores as (

    select * from rfm_scored
    where is_current

),

{# The last time at which the customer stood elsewhere; from the next look on it stands where it does. #}
changes as (

    select
        current_scores.rfm_scheme,
        current_scores.customer_id,
        max(earlier.looked_at) as last_elsewhere_at
    from current_scores
    inner join rfm_scored as earlier
        on
            current_scores.rfm_scheme = earlier.rfm_scheme
            and current_scores.customer_id = earlier.customer_id
            and current_scores.segment != earlier.segment
    group by current_scores.rfm_scheme, current_scores.customer_id

),

segments_since as (

    select
        current_scores.rfm_scheme,
        current_scores.customer_id,
        min(same.looked_at) as segment_since_at
    from current_scores
    inner join rfm_scored as same
        on
            current_scores.rfm_scheme = same.rfm_scheme
            and current_scores.customer_id = same.customer_id
    left join changes
        on
            current_scores.rfm_scheme = changes.rfm_scheme
            and current_scores.customer_id = changes.customer_id
    where same.looked_at > changes.last_elsewhere_at or changes.last_elsewhere_at is null
    group by current_scores.rfm_scheme, current_scores.customer_id

),

rfm as (

    select
        -- ids
        current_scores.customer_id,

        -- strings
        current_scores.rfm_scheme,
        current_scores.segment,
        elsewhere.segment as previous_segment,
        cast(current_scores.recency_score as {{ dbt.type_string() }})
        || cast(current_scores.frequency_score as {{ dbt.type_string() }})
        || cast(current_scores.monetary_score as {{ dbt.type_string() }}) as rfm_cell,

        -- numerics
        current_scores.recency_score,
        current_scores.frequency_score,
        current_scores.monetary_score,
        {{ dbt.datediff('current_scores.last_ordered_at', 'build_clocks_resolved.as_of', 'second') }}
        / cast(86400 as double) as recency_days,
        cast(current_scores.orders_count as bigint) as orders_count,
        cast(current_scores.orders_amount as decimal(18, 4)) as orders_amount,

        -- timestamps
        segments_since.segment_since_at,
        changes.last_elsewhere_at as previous_segment_until_at
    from current_scores
    cross join build_clocks_resolved
    inner join segments_since
        on
            current_scores.rfm_scheme = segments_since.rfm_scheme
            and current_scores.customer_id = segments_since.customer_id
    left join changes
        on
            current_scores.rfm_scheme = changes.rfm_scheme
            and current_scores.customer_id = changes.customer_id
    left join rfm_scored as elsewhere
        on
            changes.rfm_scheme = elsewhere.rfm_scheme
            and changes.customer_id = elsewhere.customer_id
            and changes.last_elsewhere_at = elsewhere.looked_at

)

select * from rfm
