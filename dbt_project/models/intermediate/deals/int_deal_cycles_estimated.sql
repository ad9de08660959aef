-- The median time from opening to winning of the deals that are won, by Aalen and Johansen: at each duration the share
-- that is won then, of those still open, times the share that was open until then. Lost deals have left, and open ones
-- are watched as long as they could be. The median is where half of what is won in the end has been won.
-- Twelve places are kept: the detour over logarithms errs behind them, and half must be exactly half.
-- One row per currency, breakdown, breakdown value and month.
with

deal_durations_counted as (

    select * from {{ ref('int_deal_durations_counted') }}

),

durations_at_risk as (

    select
        *,
        won_count + lost_count as closed_count,
        sum(won_count + lost_count + open_count) over (
            partition by currency, breakdown, breakdown_value, month_start_date
            order by duration_hours desc
        ) as at_risk_count
    from deal_durations_counted

),

{# Where all who are left are closed, nobody comes after: the sum needs no logarithm of 0. #}
durations_with_open_share as (

    select
        *,
        exp(coalesce(
            sum(
                case
                    when closed_count < at_risk_count then ln(1 - closed_count / cast(at_risk_count as double))
                    else 0
                end
            ) over (
                partition by currency, breakdown, breakdown_value, month_start_date
                order by duration_hours
                rows between unbounded preceding and 1 preceding
            ), 0
        )) as open_share_before
    from durations_at_risk

),

won_shares as (

    select
        *,
        sum(open_share_before * won_count / cast(at_risk_count as double)) over (
            partition by currency, breakdown, breakdown_value, month_start_date
            order by duration_hours
        ) as won_share
    from durations_with_open_share

),

won_shares_with_last as (

    select
        *,
        max(won_share) over (
            partition by currency, breakdown, breakdown_value, month_start_date
        ) as last_won_share
    from won_shares

),

deal_cycles_estimated as (

    select
        currency,
        breakdown,
        breakdown_value,
        month_start_date,
        sum(won_count + lost_count + open_count) as cycle_deals_count,
        sum(won_count) as cycle_won_count,
        min(
            case
                when last_won_share > 0 and round(won_share, 12) >= round(last_won_share / 2, 12)
                    then duration_hours / cast(24 as double)
            end
        ) as cycle_days
    from won_shares_with_last
    group by currency, breakdown, breakdown_value, month_start_date

)

select * from deal_cycles_estimated
