{%- set churn = {
    '': 'customer_churn_rate', 'lower_': 'customer_churn_rate_lower', 'upper_': 'customer_churn_rate_upper'
} -%}
-- By how much profit would rise with less churn: a customer who brings the same margin each year and leaves with the
-- same probability each year is worth margin * (1 + d) / (churn + d) at a discount d, so the rise hangs on churn and
-- discount alone. A simulation on the own churn of the last month whose year is over, not an experiment.
-- One row per measure id.
with

revenue_retention as (

    select * from {{ ref('rpt_revenue_retention') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

years as (

    select
        revenue_retention.*,
        power(1 + thresholds.threshold_value, 12) - 1 as discount_rate,
        row_number() over (order by revenue_retention.month_start_date desc) as year_rank
    from revenue_retention
    inner join thresholds
        on thresholds.threshold_id = 'state_value_monthly_discount_rate'
    where
        revenue_retention.revenue_model = 'orders'
        and revenue_retention.breakdown = 'all'
        and revenue_retention.horizon_months = 12
        and revenue_retention.is_mature
        and revenue_retention.customer_churn_rate is not null

),

rises as (

    select
        {% for name, rate in churn.items() -%}
            ({{ rate }} + discount_rate) / (0.95 * {{ rate }} + discount_rate) - 1 as {{ name }}relative,
            ({{ rate }} + discount_rate) / (greatest({{ rate }} - 0.05, 0) + discount_rate) - 1 as {{ name }}points,
        {% endfor -%}
        opening_customers_count
    from years
    where year_rank = 1

),

{# The higher the churn, the more a share of it brings and the less five points do, or all of it where it is less. #}
profit_claims_measured as (

    select
        'profit_rise_relative' as measure_id,
        relative as measured_value,
        lower_relative as measured_lower,
        upper_relative as measured_upper,
        opening_customers_count as customers_count
    from rises
    union all
    select
        'profit_rise_points',
        points,
        upper_points,
        lower_points,
        opening_customers_count
    from rises

)

select * from profit_claims_measured
