-- What a recall adds, by what all waves of all plans have shown, each against its own control (Mantel and Haenszel): of all
-- persons or firms, and of each of their segments, drawn towards that of all where the arms are small. What persons showed
-- says nothing of firms.
-- One row per is b2b and segment, where `all` is all together.
with

winback_waves_weighed as (

    select * from {{ ref('int_winback_waves_weighed') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

arms_compared as (

    select
        is_b2b,
        segment,
        cast(sum(treatment_count) as double) as treatment_count,
        cast(sum(control_count) as double) as control_count,
        cast(sum(recalled_treatment_count) as double) as recalled_treatment_count,
        cast(coalesce(sum(effective_count), 0) as double) as effective_count,
        cast(sum(weighed_lift) as double) / cast(sum(effective_count) as double) as observed_lift
    from winback_waves_weighed
    group by is_b2b, segment

),

winback_lifts_estimated as (

    select
        arms.is_b2b,
        arms.segment,
        cast(arms.treatment_count as bigint) as treatment_count,
        cast(arms.control_count as bigint) as control_count,
        arms.observed_lift,
        case
            when arms.segment = 'all' or totals.observed_lift is null then arms.observed_lift
            else totals.observed_lift
                + arms.effective_count * (coalesce(arms.observed_lift, 0) - totals.observed_lift)
                / (arms.effective_count + thresholds.threshold_value)
        end as expected_lift,
        case
            when totals.treatment_count > 0
                then totals.recalled_treatment_count / totals.treatment_count
                    + (arms.recalled_treatment_count
                    - arms.treatment_count * totals.recalled_treatment_count / totals.treatment_count)
                    / (arms.treatment_count + thresholds.threshold_value)
        end as expected_recall_rate
    from arms_compared as arms
    inner join arms_compared as totals
        on arms.is_b2b = totals.is_b2b and totals.segment = 'all'
    inner join thresholds
        on thresholds.threshold_id = 'winback_lift_shrinkage_customers'

)

select * from winback_lifts_estimated
