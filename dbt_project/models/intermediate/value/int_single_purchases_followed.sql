{%- set horizons = {'90d': 90, '365d': 365} -%}
-- What to expect of a customer who has bought on one day and has been silent since: the share that buys again within
-- 90 and 365 days more, of those who were silent as long, by Kaplan and Meier; and how many purchases those who
-- return make in a year. BG/NBD cannot tell them: it holds whoever bought once for alive forever.
-- One row per customer group and days of silence that occur.
with

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

purchase_days_summed as (

    select * from {{ ref('int_purchase_days_summed') }}

),

first_returns_estimated as (

    select * from {{ ref('int_first_returns_estimated') }}

),

buying_models_chosen as (

    select * from {{ ref('int_buying_models_chosen') }}

),

first_gaps as (

    select
        *,
        max(days) over (partition by fitted_group) as watched_days
    from first_returns_estimated

),

silences as (

    select distinct
        purchase_histories_summed.customer_group,
        buying_models_chosen.fitted_group,
        purchase_histories_summed.age_days as silent_days
    from purchase_histories_summed
    inner join buying_models_chosen
        on purchase_histories_summed.customer_group = buying_models_chosen.customer_group
    where purchase_histories_summed.repeats_count = 0

),

shares as (

    select
        silences.customer_group,
        silences.fitted_group,
        silences.silent_days,
        max(first_gaps.watched_days) as watched_days,
        {% for horizon, days in horizons.items() -%}
            max(case
                when first_gaps.days <= silences.silent_days + {{ days }} then first_gaps.followed_share
                else 0
            end) as share_{{ horizon }},
        {% endfor -%}
        max(case when first_gaps.days <= silences.silent_days then first_gaps.followed_share else 0 end) as share_now
    from silences
    inner join first_gaps
        on silences.fitted_group = first_gaps.fitted_group
    group by silences.customer_group, silences.fitted_group, silences.silent_days

),

{# Whoever could be watched for a year after the first purchase and came back within it. #}
years_after_first as (

    select
        purchase_histories_summed.customer_id,
        purchase_histories_summed.customer_group,
        count(*) as purchases_count
    from purchase_histories_summed
    inner join purchase_days_summed
        on
            purchase_histories_summed.customer_id = purchase_days_summed.customer_id
            and purchase_histories_summed.first_purchase_date < purchase_days_summed.purchase_date
            and {{ dbt.datediff(
                'purchase_histories_summed.first_purchase_date', 'purchase_days_summed.purchase_date', 'day'
            ) }} <= 365
    where purchase_histories_summed.age_days >= 365
    group by purchase_histories_summed.customer_id, purchase_histories_summed.customer_group

),

returners as (

    select
        buying_models_chosen.fitted_group,
        avg(cast(years_after_first.purchases_count as double)) as purchases_of_returner
    from (select distinct fitted_group from buying_models_chosen) as buying_models_chosen
    inner join years_after_first
        on buying_models_chosen.fitted_group in ('all', years_after_first.customer_group)
    group by buying_models_chosen.fitted_group

),

single_purchases_followed as (

    select
        shares.customer_group,
        shares.silent_days,
        {% for horizon, days in horizons.items() -%}
            case
                when shares.share_now < 1 and shares.silent_days + {{ days }} <= shares.watched_days
                    then (shares.share_{{ horizon }} - shares.share_now) / (1 - shares.share_now)
            end as next_purchase_{{ horizon }}_probability,
        {% endfor -%}
        returners.purchases_of_returner
    from shares
    left join returners
        on shares.fitted_group = returners.fitted_group

)

select * from single_purchases_followed
