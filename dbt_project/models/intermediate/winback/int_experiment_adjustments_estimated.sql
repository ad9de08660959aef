-- By how much the net value of a customer hangs on what it had brought in the year before: the slope over both
-- arms together, and the share of the variance that it explains. Where the past does not vary there is nothing to
-- adjust by.
-- One row per experiment id, segment type and segment with anybody whose horizon is over.
with

experiment_arms_summed as (

    select * from {{ ref('int_experiment_arms_summed') }}

),

both_arms as (

    select
        experiment_id,
        segment_type,
        segment,
        sum(mature_count) as mature_count,
        sum(prior_sum) as prior_sum,
        sum(prior_squares) as prior_squares,
        sum(net_value_amount_sum) as net_value_sum,
        sum(net_value_amount_squares) as net_value_squares,
        sum(net_value_prior_products) as net_value_prior_products
    from experiment_arms_summed
    group by experiment_id, segment_type, segment

),

both_arms_centred as (

    select
        *,
        {{ centred_sum('prior_squares', 'prior_sum', 'prior_sum', 'mature_count') }} as prior_deviation,
        {{ centred_sum('net_value_squares', 'net_value_sum', 'net_value_sum', 'mature_count') }}
            as net_value_deviation,
        {{ centred_sum('net_value_prior_products', 'net_value_sum', 'prior_sum', 'mature_count') }} as codeviation
    from both_arms
    where mature_count > 0

),

experiment_adjustments_estimated as (

    select
        experiment_id,
        segment_type,
        segment,
        cast(prior_sum as double) / mature_count as mean_prior_amount,
        case when prior_deviation > 0 then codeviation / prior_deviation else 0e0 end as theta,
        case
            when prior_deviation > 0 and net_value_deviation > 0
                then least(1e0, codeviation * codeviation / (prior_deviation * net_value_deviation))
            else 0e0
        end as variance_reduction_rate
    from both_arms_centred

)

select * from experiment_adjustments_estimated
