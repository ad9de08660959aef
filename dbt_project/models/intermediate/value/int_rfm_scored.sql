{%- set values = {'recency': 'last_ordered_at', 'frequency': 'orders_count', 'monetary': 'orders_amount'} -%}
-- Each customer's scores at each instant looked at, higher is better. By quintiles all customers are sorted by each
-- value, equal ones by customer id, and cut into five parts of the same size (Hughes). By terciles the cuts lie between
-- values: who has the same value has the same score, that of the share of customers below (as Klaviyo's percentiles).
-- One row per scheme, customer id and instant looked at.
with

rfm_bases_measured as (

    select * from {{ ref('int_rfm_bases_measured') }}

),

rfm_segments as (

    select * from {{ ref('rfm_segments') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

ranked as (

    select
        *,
        {% for name, value in values.items() -%}
            ntile(5) over (partition by looked_at order by {{ value }} asc, customer_id asc) as {{ name }}_quintile,
            rank() over (partition by looked_at order by {{ value }} asc) - 1 as {{ name }}_below_count,
        {% endfor -%}
        count(*) over (partition by looked_at) as customers_count
    from rfm_bases_measured

),

scores as (

    select
        'quintiles' as rfm_scheme,
        ranked.customer_id,
        ranked.looked_at,
        ranked.is_current,
        ranked.last_ordered_at,
        ranked.orders_count,
        ranked.orders_amount,
        cast(ranked.recency_quintile as integer) as recency_score,
        cast(ranked.frequency_quintile as integer) as frequency_score,
        cast(ranked.monetary_quintile as integer) as monetary_score
    from ranked
    inner join thresholds
        on
            thresholds.threshold_id = 'rfm_quintiles_customers'
            and ranked.customers_count >= thresholds.threshold_value
    union all
    select
        'terciles',
        customer_id,
        looked_at,
        is_current,
        last_ordered_at,
        orders_count,
        orders_amount,
        cast(floor(3 * recency_below_count / cast(customers_count as double)) as integer) + 1,
        cast(floor(3 * frequency_below_count / cast(customers_count as double)) as integer) + 1,
        cast(floor(3 * monetary_below_count / cast(customers_count as double)) as integer) + 1
    from ranked

),

fitting_segments as (

    select
        scores.*,
        rfm_segments.segment,
        row_number() over (
            partition by scores.rfm_scheme, scores.customer_id, scores.looked_at
            order by rfm_segments.segment_order
        ) as fit_rank
    from scores
    inner join rfm_segments
        on
            scores.rfm_scheme = rfm_segments.rfm_scheme
            and scores.recency_score between rfm_segments.min_recency and rfm_segments.max_recency
            and scores.frequency_score between rfm_segments.min_frequency and rfm_segments.max_frequency
            and scores.monetary_score between rfm_segments.min_monetary and rfm_segments.max_monetary

),

rfm_scored as (

    select
        rfm_scheme,
        customer_id,
        looked_at,
        is_current,
        last_ordered_at,
        orders_count,
        orders_amount,
        recency_score,
        frequency_score,
        monetary_score,
        segment
    from fitting_segments
    where fit_rank = 1

)

select * from rfm_scored
