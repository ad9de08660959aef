-- The customers on whom the models of buying are fitted, once for all and once for firms and persons apart, each at
-- most as many as the dictionary says. Who is drawn hangs on the customer id alone.
-- One row per customer group and customer id.
with

purchase_histories_summed as (

    select * from {{ ref('int_purchase_histories_summed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

histories_by_group as (

    select
        *,
        'all' as fitting_group
    from purchase_histories_summed
    where fitting_age_days is not null
    union all
    select
        *,
        customer_group
    from purchase_histories_summed
    where fitting_age_days is not null and customer_group != 'all'

),

histories_drawn as (

    select
        *,
        row_number() over (
            partition by fitting_group
            order by {{ surrogate_key(['customer_id']) }}, customer_id
        ) as draw_number
    from histories_by_group

),

buying_samples_drawn as (

    select
        histories_drawn.fitting_group as customer_group,
        histories_drawn.customer_id,
        histories_drawn.fitting_repeats_count as repeats_count,
        histories_drawn.fitting_recency_days as recency_days,
        histories_drawn.fitting_age_days as age_days,
        histories_drawn.fitting_repeats_amount as repeats_amount
    from histories_drawn
    inner join thresholds
        on
            thresholds.threshold_id = 'buying_sample_customers'
            and histories_drawn.draw_number <= thresholds.threshold_value

)

select * from buying_samples_drawn
