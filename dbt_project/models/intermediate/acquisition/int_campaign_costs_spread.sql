-- What each campaign has cost up to as_of, month by month: what was spent on it day by day where any such day is known,
-- else its own cost, spread evenly over its days. Without an end the whole cost falls on the first day.
-- The months add up to the cost, for each takes what the days so far come to less what the months before took.
-- One row per campaign id, channel and month; the month is NULL where the campaign has no date.
with

ad_spend as (

    select * from {{ ref('stg_marketing__ad_spend') }}

),

campaigns as (

    select * from {{ ref('stg_crm__campaigns') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

offsets as (

    {{ dbt.generate_series(2400) }}

),

spend_months as (

    select
        ad_spend.campaign_id,
        ad_spend.channel,
        cast({{ dbt.date_trunc('month', 'ad_spend.spend_date') }} as date) as month_start_date,
        sum(ad_spend.amount) as cost_amount
    from ad_spend
    inner join build_clocks_resolved
        on cast(ad_spend.spend_date as timestamp) <= build_clocks_resolved.as_of
    group by ad_spend.campaign_id, ad_spend.channel, cast({{ dbt.date_trunc('month', 'ad_spend.spend_date') }} as date)

),

campaigns_dated as (

    select
        campaign_id,
        channel,
        cost,
        coalesce(started_date, ended_date) as first_date,
        greatest(started_date, ended_date) as last_date
    from campaigns
    where
        cost is not null
        and campaign_id not in (select ad_spend.campaign_id from ad_spend)

),

campaign_months as (

    select
        campaigns_dated.campaign_id,
        campaigns_dated.channel,
        campaigns_dated.cost,
        campaigns_dated.first_date,
        campaigns_dated.last_date,
        cast({{ dbt.dateadd(
            'month', 'cast(offsets.generated_number - 1 as int)', dbt.date_trunc('month', 'campaigns_dated.first_date')
        ) }} as date) as month_start_date,
        cast({{ dbt.dateadd(
            'month', 'cast(offsets.generated_number as int)', dbt.date_trunc('month', 'campaigns_dated.first_date')
        ) }} as date) as next_month_start_date,
        cast(build_clocks_resolved.as_of as date) as as_of_date
    from campaigns_dated
    cross join offsets
    cross join build_clocks_resolved

),

campaign_days as (

    select
        campaign_id,
        channel,
        cost,
        month_start_date,
        {{ dbt.datediff(
            'first_date', 'last_date', 'day'
        ) }} + 1 as days_count,
        {{ dbt.datediff(
            'first_date', 'as_of_date', 'day'
        ) }} + 1 as days_to_as_of,
        {{ dbt.datediff(
            'first_date', 'next_month_start_date', 'day'
        ) }} as days_to_month_end
    from campaign_months
    where month_start_date <= last_date and greatest(month_start_date, first_date) <= as_of_date

),

costs_so_far as (

    select
        campaign_id,
        channel,
        month_start_date,
        cast(
            cast(cost as double) * least(days_count, days_to_as_of, days_to_month_end) / days_count as decimal(18, 4)
        ) as cost_so_far_amount
    from campaign_days

),

campaign_costs_spread as (

    select
        campaign_id,
        channel,
        'ad_spend' as cost_source,
        month_start_date,
        cast(cost_amount as decimal(18, 4)) as cost_amount
    from spend_months
    union all
    select
        campaign_id,
        channel,
        'campaign',
        month_start_date,
        cast(
            cost_so_far_amount
            - coalesce(lag(cost_so_far_amount) over (partition by campaign_id order by month_start_date), 0)
            as decimal(18, 4)
        )
    from costs_so_far
    union all
    select
        campaign_id,
        channel,
        'campaign',
        cast(null as date),
        cost
    from campaigns_dated
    where first_date is null

)

select * from campaign_costs_spread
