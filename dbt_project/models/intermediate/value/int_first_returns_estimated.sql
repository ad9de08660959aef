{%- set upwards -%}
    partition by fitted_group order by days
    rows between unbounded preceding and current row
{%- endset -%}
{%- set downwards -%}
    partition by fitted_group order by days desc
    rows between unbounded preceding and current row
{%- endset -%}
-- The share of buyers who have bought on a second day after each number of days, by Kaplan and Meier: whoever has not
-- counts for as long as it has been watched. Of several at one duration, returns come before those who are still
-- watched.
-- One row per fitted group, a customer group or all, and days.
with

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

purchase_days_summed as (

    select * from {{ ref('int_purchase_days_summed') }}

),

second_days as (

    select
        histories.customer_id,
        min(purchase_days_summed.purchase_date) as second_purchase_date
    from purchase_histories_summed as histories
    inner join purchase_days_summed
        on
            histories.customer_id = purchase_days_summed.customer_id
            and histories.first_purchase_date < purchase_days_summed.purchase_date
    group by histories.customer_id

),

first_gaps as (

    select
        histories.customer_group,
        coalesce({{ dbt.datediff(
            'histories.first_purchase_date', 'second_days.second_purchase_date', 'day'
        ) }}, histories.age_days) as days,
        second_days.customer_id is not null as is_followed
    from purchase_histories_summed as histories
    left join second_days
        on histories.customer_id = second_days.customer_id

),

fitted_groups as (

    select 'all' as fitted_group
    union all
    select 'firm'
    union all
    select 'person'

),

days_counted as (

    select
        fitted_groups.fitted_group,
        first_gaps.days,
        count(*) as reached_count,
        count(case when first_gaps.is_followed then 1 end) as followed_count
    from fitted_groups
    inner join first_gaps
        on fitted_groups.fitted_group in ('all', first_gaps.customer_group)
    group by fitted_groups.fitted_group, first_gaps.days

),

at_risk as (

    select
        *,
        cast(sum(reached_count) over ({{ downwards }}) as double) as at_risk_count
    from days_counted

),

{# A product is the exponential of a sum of logarithms; where all who are left return, it is 0, and the last factor. #}
sums as (

    select
        *,
        sum(case when followed_count < at_risk_count then ln(1 - followed_count / at_risk_count) else 0 end) over (
            {{ upwards }}
        ) as log_survival
    from at_risk

),

first_returns_estimated as (

    select
        fitted_group,
        cast(days as integer) as days,
        case when followed_count = at_risk_count then 1 else round(1 - exp(log_survival), 12) end as followed_share
    from sums

)

select * from first_returns_estimated
