-- How each customer who is not silent for too long had been buying up to each score date: how long it had been silent
-- beside its own rhythm, and how often and for how much it bought lately beside the time just before.
-- One row per customer id and score date.
with

purchase_rhythms_measured as (

    select * from {{ ref('int_purchase_rhythms_measured') }}

),

gap_norms_estimated as (

    select * from {{ ref('int_gap_norms_estimated') }}

),

score_dates_listed as (

    select * from {{ ref('int_score_dates_listed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

{# The purchase that was a customer's last one on that day. #}
customers_dated as (

    select
        purchases.customer_id,
        dates.score_date,
        purchases.orders_band,
        purchases.purchase_number,
        purchases.last_order_id,
        purchases.gap_days,
        purchases.median_gap_days,
        purchases.longer_gaps_count,
        purchases.first_purchase_date,
        {{ dbt.datediff(
            'purchases.purchase_date', 'dates.score_date', 'day'
        ) }} as silent_days,
        {{ dbt.datediff(
            'purchases.first_purchase_date', 'dates.score_date', 'day'
        ) }} as age_days,
        coalesce(purchases.median_gap_days, norms.norm_gap_days) as usual_gap_days,
        2 * norms.norm_gap_days as window_days
    from purchase_rhythms_measured as purchases
    inner join thresholds as limits
        on limits.threshold_id = 'churned_silent_days'
    inner join score_dates_listed as dates
        on
            purchases.purchase_date <= dates.score_date
            and coalesce(purchases.next_purchase_date > dates.score_date, true)
            and {{ dbt.dateadd('day', 'cast(limits.threshold_value as integer)', 'purchases.purchase_date') }}
            > dates.score_date
    left join gap_norms_estimated as norms
        on dates.score_date = norms.score_date and purchases.orders_band = norms.orders_band

),

{# Whoever was not yet there for both windows is not compared. #}
windows_bounded as (

    select
        customer_id,
        score_date,
        cast({{ dbt.dateadd('day', '-window_days', 'score_date') }} as date) as recent_start_date,
        cast({{ dbt.dateadd('day', '-2 * window_days', 'score_date') }} as date) as earlier_start_date
    from customers_dated
    where age_days >= 2 * window_days

),

windows_summed as (

    select
        customers.customer_id,
        customers.score_date,
        count(case when purchases.purchase_date > customers.recent_start_date then 1 end) as recent_count,
        count(case when purchases.purchase_date <= customers.recent_start_date then 1 end) as earlier_count,
        cast(sum(case
            when purchases.purchase_date > customers.recent_start_date then purchases.purchase_amount else 0
        end) as decimal(18, 4)) as recent_amount,
        cast(sum(case
            when purchases.purchase_date <= customers.recent_start_date then purchases.purchase_amount else 0
        end) as decimal(18, 4)) as earlier_amount
    from windows_bounded as customers
    inner join purchase_rhythms_measured as purchases
        on
            customers.customer_id = purchases.customer_id
            and customers.score_date >= purchases.purchase_date
            and customers.earlier_start_date < purchases.purchase_date
    group by customers.customer_id, customers.score_date

),

purchase_patterns_measured as (

    select
        dated.customer_id,
        dated.score_date,
        dated.orders_band,
        dated.last_order_id,
        dated.purchase_number as purchases_count,
        cast(dated.silent_days as integer) as silent_days,
        cast(dated.age_days as integer) as age_days,
        dated.usual_gap_days,
        dated.silent_days / cast(dated.usual_gap_days as double) as gap_ratio,
        dated.longer_gaps_count + case when dated.silent_days > dated.gap_days then 1 else 0 end as longer_gaps_count,
        cast(coalesce(windows.recent_count, case when dated.age_days >= 2 * dated.window_days then 0 end) as bigint)
            as recent_purchases_count,
        cast(coalesce(windows.earlier_count, case when dated.age_days >= 2 * dated.window_days then 0 end) as bigint)
            as earlier_purchases_count,
        case when windows.earlier_count >= 2 then windows.recent_count / cast(windows.earlier_count as double) end
            as frequency_ratio,
        case
            when windows.earlier_count >= 2
                then cast(windows.recent_amount as double) / nullif(cast(windows.earlier_amount as double), 0)
        end as amount_ratio
    from customers_dated as dated
    left join windows_summed as windows
        on dated.customer_id = windows.customer_id and dated.score_date = windows.score_date

)

select * from purchase_patterns_measured
