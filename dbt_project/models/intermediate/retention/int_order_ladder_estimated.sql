{%- set upwards -%}
    partition by breakdown, breakdown_value, order_number order by days
    rows between unbounded preceding and current row
{%- endset -%}
{%- set downwards -%}
    partition by breakdown, breakdown_value, order_number order by days desc
    rows between unbounded preceding and current row
{%- endset -%}
-- The share that has ordered again after each number of days, by Kaplan and Meier: whoever has not counts for as long
-- as it has been watched. Its variance is Greenwood's. Of several at one duration, orders come before those who are
-- still watched.
-- Twelve places are kept: the detour over logarithms errs behind them.
-- One row per breakdown, its value, order number and days.
with

order_rungs_timed as (

    select * from {{ ref('int_order_rungs_timed') }}

),

rungs_by_breakdown as (

    select
        *,
        'all' as breakdown,
        'all' as breakdown_value
    from order_rungs_timed
    union all
    select
        *,
        'acquisition_channel',
        coalesce(acquisition_channel, 'unknown')
    from order_rungs_timed
    union all
    select
        *,
        'is_b2b',
        coalesce(cast(is_b2b as {{ dbt.type_string() }}), 'unknown')
    from order_rungs_timed
    union all
    select
        *,
        'first_product_id',
        coalesce(first_product_id, 'unknown')
    from order_rungs_timed
    where order_number = 1

),

days_counted as (

    select
        breakdown,
        breakdown_value,
        order_number,
        days,
        count(*) as reached_count,
        count(case when is_followed then 1 end) as followed_count,
        count(case when is_mature then 1 end) as mature_count,
        count(case when is_mature and is_followed_in_window then 1 end) as mature_followed_count
    from rungs_by_breakdown
    group by breakdown, breakdown_value, order_number, days

),

at_risk as (

    select
        *,
        cast(sum(reached_count) over ({{ downwards }}) as double) as at_risk_count
    from days_counted

),

{# A product is the exponential of a sum of logarithms; where all who are left order, it is 0, and the last factor. #}
sums as (

    select
        *,
        sum(case when followed_count < at_risk_count then ln(1 - followed_count / at_risk_count) else 0 end) over (
            {{ upwards }}
        ) as log_survival,
        sum(coalesce(
            followed_count / nullif(at_risk_count * (at_risk_count - followed_count), 0), 0
        )) over ({{ upwards }}) as greenwood_sum
    from at_risk

),

order_ladder_estimated as (

    select
        breakdown,
        breakdown_value,
        order_number,
        days,
        reached_count,
        followed_count,
        mature_count,
        mature_followed_count,
        case when followed_count = at_risk_count then 1 else round(1 - exp(log_survival), 12) end as followed_share,
        case
            when followed_count = at_risk_count then 0
            else round(exp(2 * log_survival) * greenwood_sum, 12)
        end as followed_variance
    from sums

)

select * from order_ladder_estimated
