-- How much money sales brings a day: deals open, share won, value of a won deal and days until it is won, by month.
-- A month that is not over by as_of shows its counts so far, but has no rate and no velocity.
-- One row per currency, breakdown, breakdown value and month.
with

deal_months_counted as (

    select * from {{ ref('int_deal_months_counted') }}

),

deal_cycles_estimated as (

    select * from {{ ref('int_deal_cycles_estimated') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

months_with_cycle as (

    select
        months.*,
        months.open_count - months.opened_count + months.won_count + months.lost_count as open_before_count,
        coalesce(cycles.cycle_deals_count, 0) as cycle_deals_count,
        coalesce(cycles.cycle_won_count, 0) as cycle_won_count,
        cycles.cycle_days,
        build_clocks_resolved.as_of >= months.next_month_start_date as is_mature
    from deal_months_counted as months
    cross join build_clocks_resolved
    left join deal_cycles_estimated as cycles
        on
            months.currency = cycles.currency
            and months.breakdown = cycles.breakdown
            and months.breakdown_value = cycles.breakdown_value
            and months.month_start_date = cycles.month_start_date

),

months_with_rates as (

    select
        *,
        (open_before_count + open_count) / cast(2 as double) as mean_open_count,
        case when is_mature then won_count / cast(nullif(won_count + lost_count, 0) as double) end as win_rate,
        case when is_mature then won_amount / cast(nullif(won_amount + lost_amount, 0) as double) end
            as amount_win_rate,
        case when is_mature then won_amount / cast(nullif(won_valued_count, 0) as double) end as mean_won_amount,
        case when is_mature then cycle_days end as mature_cycle_days
    from months_with_cycle

),

sales_velocity as (

    select
        -- strings
        currency,
        breakdown,
        breakdown_value,

        -- numerics
        cast(opened_count as bigint) as opened_count,
        cast(won_count as bigint) as won_count,
        cast(won_valued_count as bigint) as won_valued_count,
        cast(lost_count as bigint) as lost_count,
        cast(open_before_count as bigint) as open_before_count,
        cast(open_count as bigint) as open_count,
        won_amount,
        lost_amount,
        win_rate,
        case when is_mature then {{ wilson_limit('won_count', '(won_count + lost_count)', -1) }} end
            as win_rate_lower,
        case when is_mature then {{ wilson_limit('won_count', '(won_count + lost_count)', 1) }} end
            as win_rate_upper,
        amount_win_rate,
        cast(mean_won_amount as decimal(18, 4)) as average_won_amount,
        cast(cycle_deals_count as bigint) as cycle_deals_count,
        cast(cycle_won_count as bigint) as cycle_won_count,
        mature_cycle_days as cycle_days,
        cast(mean_open_count * win_rate * mean_won_amount / nullif(mature_cycle_days, 0) as decimal(18, 4))
            as sales_velocity,

        -- booleans
        is_mature,

        -- dates
        month_start_date
    from months_with_rates

)

select * from sales_velocity
