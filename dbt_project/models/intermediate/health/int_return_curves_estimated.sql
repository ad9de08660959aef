{%- set segment = 'breakdown, orders_band, product_category' -%}
{%- set upwards -%}
    partition by {{ segment }} order by silent_days
    rows between unbounded preceding and current row
{%- endset -%}
{%- set downwards -%}
    partition by {{ segment }} order by silent_days desc
    rows between unbounded preceding and current row
{%- endset -%}
-- After each number of silent days: the share that is silent longer, by Kaplan and Meier, with Greenwood's sum; and in
-- how many snapshots at least as silent the customer returned within the horizon, in how many less silent not.
-- One row per breakdown, orders band, product category and silent days, from 0 to the longest silence.
with

silent_days_counted as (

    select * from {{ ref('int_silent_days_counted') }}

),

days_spined as (

    select * from {{ ref('int_days_spined') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

segments as (

    select
        {{ segment }},
        sum(ended_count) as silences_count,
        max(case when ended_count > 0 then silent_days end) as watched_days
    from silent_days_counted
    group by {{ segment }}

),

{# What counts as churned after a contract is not estimated, so few silences do. #}
segments_large_enough as (

    select segments.*
    from segments
    inner join thresholds
        on
            thresholds.threshold_id = 'churn_silences'
            and (segments.breakdown = 'contract' or segments.silences_count >= thresholds.threshold_value)

),

days_numbered as (

    select cast(row_number() over (order by day_start_date) - 1 as integer) as silent_days
    from days_spined

),

every_day as (

    select
        segments.breakdown,
        segments.orders_band,
        segments.product_category,
        segments.silences_count,
        segments.watched_days,
        days_numbered.silent_days,
        coalesce(counted.ended_count, 0) as ended_count,
        coalesce(counted.followed_count, 0) as followed_count,
        coalesce(counted.snapshots_change, 0) as snapshots_change,
        coalesce(counted.returning_change, 0) as returning_change
    from segments_large_enough as segments
    inner join days_numbered
        on segments.watched_days >= days_numbered.silent_days
    left join silent_days_counted as counted
        on
            segments.breakdown = counted.breakdown
            and segments.orders_band = counted.orders_band
            and segments.product_category = counted.product_category
            and days_numbered.silent_days = counted.silent_days

),

days_with_sums as (

    select
        *,
        cast(sum(ended_count) over ({{ downwards }}) as double) as reached_count,
        sum(snapshots_change) over ({{ upwards }}) as snapshots_count,
        sum(returning_change) over ({{ upwards }}) as returning_count
    from every_day

),

{# A product is the exponential of a sum of logarithms; where all who are left return, nobody is silent any longer. #}
return_curves_estimated as (

    select
        breakdown,
        orders_band,
        product_category,
        silent_days,
        cast(silences_count as bigint) as silences_count,
        watched_days,
        cast(reached_count - ended_count as bigint) as still_silent_count,
        cast(snapshots_count as bigint) as mature_silences_count,
        case
            when min(reached_count - followed_count) over ({{ upwards }}) = 0 then 0
            else round(exp(
                sum(case when followed_count < reached_count then ln(1 - followed_count / reached_count) else 0 end)
                    over ({{ upwards }})
            ), 12)
        end as silent_share,
        sum(
            case
                when followed_count < reached_count
                    then followed_count / (reached_count * (reached_count - followed_count))
                else 0
            end
        ) over ({{ upwards }}) as greenwood_sum,
        cast(sum(snapshots_count) over ({{ downwards }}) as bigint) as churned_snapshots_count,
        cast(sum(returning_count) over ({{ downwards }}) as bigint) as churned_returning_count,
        cast(sum(snapshots_count) over ({{ upwards }}) - snapshots_count as bigint) as alive_snapshots_count,
        cast(
            sum(snapshots_count - returning_count) over ({{ upwards }}) - (snapshots_count - returning_count) as bigint
        ) as alive_gone_count
    from days_with_sums

)

select * from return_curves_estimated
