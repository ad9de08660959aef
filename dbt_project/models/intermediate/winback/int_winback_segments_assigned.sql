-- In which segment of each type a customer was at a moment; `unknown` where no segment takes the measure.
-- One row per customer id, measured at and segment type.
with

winback_moments_measured as (

    select * from {{ ref('int_winback_moments_measured') }}

),

winback_segments as (

    select * from {{ ref('winback_segments') }}

),

segment_types as (

    select distinct
        segment_type,
        measure
    from winback_segments

),

moments_with_measure as (

    select
        moments.customer_id,
        moments.measured_at,
        segment_types.segment_type,
        case segment_types.measure
            {% for measure in [
                'orders_count', 'value_before_churn', 'days_since_last_order', 'birth_period_start_year',
            ] -%}
                when '{{ measure }}' then cast(moments.{{ measure }} as double)
            {% endfor -%}
            when 'is_b2b' then case when moments.is_b2b then 1 else 0 end
        end as measure_value
    from winback_moments_measured as moments
    cross join segment_types

),

winback_segments_assigned as (

    select
        measured.customer_id,
        measured.measured_at,
        measured.segment_type,
        coalesce(min(winback_segments.segment), 'unknown') as segment
    from moments_with_measure as measured
    left join winback_segments
        on
            measured.segment_type = winback_segments.segment_type
            and coalesce(measured.measure_value >= winback_segments.min_value, winback_segments.min_value is null)
            and coalesce(measured.measure_value < winback_segments.max_value, winback_segments.max_value is null)
            and measured.measure_value is not null
    group by measured.customer_id, measured.measured_at, measured.segment_type

)

select * from winback_segments_assigned
