-- Deals opened, won and lost in each month, and open at its end; from the first month of a currency and segment to that
-- of as_of, none left out.
-- One row per currency, breakdown, breakdown value and month.
with

deal_segments_unioned as (

    select * from {{ ref('int_deal_segments_unioned') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

deal_movements as (

    select
        currency,
        breakdown,
        breakdown_value,
        'opened' as movement_type,
        amount,
        cast({{ dbt.date_trunc('month', 'opened_at') }} as date) as month_start_date
    from deal_segments_unioned
    union all
    select
        currency,
        breakdown,
        breakdown_value,
        outcome,
        amount,
        cast({{ dbt.date_trunc('month', 'closed_at') }} as date)
    from deal_segments_unioned
    where outcome in ('won', 'lost')

),

movements_counted as (

    select
        currency,
        breakdown,
        breakdown_value,
        month_start_date,
        count(case when movement_type = 'opened' then 1 end) as opened_count,
        count(case when movement_type = 'won' then 1 end) as won_count,
        count(case when movement_type = 'won' then amount end) as won_valued_count,
        count(case when movement_type = 'lost' then 1 end) as lost_count,
        sum(case when movement_type = 'won' then amount end) as won_amount,
        sum(case when movement_type = 'lost' then amount end) as lost_amount
    from deal_movements
    group by currency, breakdown, breakdown_value, month_start_date

),

first_months as (

    select
        currency,
        breakdown,
        breakdown_value,
        min(month_start_date) as first_month_start_date
    from movements_counted
    group by currency, breakdown, breakdown_value

),

deal_months as (

    select
        first_months.currency,
        first_months.breakdown,
        first_months.breakdown_value,
        coalesce(counted.opened_count, 0) as opened_count,
        coalesce(counted.won_count, 0) as won_count,
        coalesce(counted.won_valued_count, 0) as won_valued_count,
        coalesce(counted.lost_count, 0) as lost_count,
        cast(coalesce(counted.won_amount, 0) as decimal(18, 4)) as won_amount,
        cast(coalesce(counted.lost_amount, 0) as decimal(18, 4)) as lost_amount,
        months_spined.month_start_date,
        months_spined.next_month_start_date
    from first_months
    inner join months_spined
        on first_months.first_month_start_date <= months_spined.month_start_date
    left join movements_counted as counted
        on
            first_months.currency = counted.currency
            and first_months.breakdown = counted.breakdown
            and first_months.breakdown_value = counted.breakdown_value
            and months_spined.month_start_date = counted.month_start_date

),

deal_months_counted as (

    select
        *,
        sum(opened_count - won_count - lost_count) over (
            partition by currency, breakdown, breakdown_value
            order by month_start_date
        ) as open_count
    from deal_months

)

select * from deal_months_counted
