{{ config(meta={"dagster": {"ref": {"name": "rpt_revenue_retention"}}}) }}
-- Opening and movements give the closing; a month opens with what the earlier one closed with; GRR is at most 1 and at
-- most NRR; what is there at the end was there, has come back or is new; segments add up to all.
with

months as (

    select
        *,
        cast({{ dbt.dateadd('month', '-horizon_months', 'month_start_date') }} as date) as opening_month_start_date
    from {{ ref('rpt_revenue_retention') }}

),

sums as (

    select
        revenue_model,
        horizon_months,
        breakdown,
        month_start_date,
        sum(opening_amount) as opening_amount,
        sum(closing_amount) as closing_amount,
        sum(kept_amount) as kept_amount,
        sum(lost_customers_count) as lost_customers_count
    from months
    group by revenue_model, horizon_months, breakdown, month_start_date

)

select
    'closes' as identity_name,
    months.month_start_date
from months
left join months as openings
    on
        months.revenue_model = openings.revenue_model
        and months.horizon_months = openings.horizon_months
        and months.breakdown = openings.breakdown
        and months.breakdown_value = openings.breakdown_value
        and months.opening_month_start_date = openings.month_start_date
where
    months.opening_amount + months.new_amount + months.reactivation_amount + months.upsell_amount
    + months.cross_sell_amount - months.contraction_amount - months.churned_amount != months.closing_amount
    or months.opening_amount != coalesce(openings.closing_amount, 0)
    or months.opening_customers_count != coalesce(openings.closing_customers_count, 0)
    or months.grown_amount + months.returned_amount + months.new_customers_amount != months.closing_amount
    or months.gross_revenue_retention_rate > least(1, months.net_revenue_retention_rate)
    or months.lost_customers_count > months.opening_customers_count
union all
select
    'adds up',
    segments.month_start_date
from sums as segments
left join sums as totals
    on
        segments.revenue_model = totals.revenue_model
        and segments.horizon_months = totals.horizon_months
        and segments.month_start_date = totals.month_start_date
        and totals.breakdown = 'all'
where
    segments.opening_amount is distinct from totals.opening_amount
    or segments.closing_amount is distinct from totals.closing_amount
    or segments.kept_amount is distinct from totals.kept_amount
    or segments.lost_customers_count is distinct from totals.lost_customers_count
