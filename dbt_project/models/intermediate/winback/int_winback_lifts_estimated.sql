-- What a recall adds, by what all waves of all plans have shown, each against its own control (Mantel and
-- Haenszel): of all persons or firms, and of each of their segments, drawn towards that of all where the arms are
-- small. What persons showed says nothing of firms.
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

arms_beside_all as (

    select
        arms.*,
        totals.observed_lift as lift_of_all,
        totals.recalled_treatment_count / nullif(totals.treatment_count, 0) as rate_of_all,
        thresholds.threshold_value as shrinkage
    from arms_compared as arms
    inner join arms_compared as totals
        on arms.is_b2b = totals.is_b2b and totals.segment = 'all'
    inner join thresholds
        on thresholds.threshold_id = 'winback_lift_shrinkage_customers'

),

winback_lifts_estimated as (

    select
        is_b2b,
        segment,
        cast(treatment_count as bigint) as treatment_count,
        cast(control_count as bigint) as control_count,
        observed_lift,
        lift_of_all
        + effective_count * (coalesce(observed_lift, 0) - lift_of_all) / (effective_count + shrinkage)
            as expected_lift,
        rate_of_all
        + (recalled_treatment_count - treatment_count * rate_of_all) / (treatment_count + shrinkage)
            as expected_recall_rate
    from arms_beside_all

)

select * from winback_lifts_estimated
