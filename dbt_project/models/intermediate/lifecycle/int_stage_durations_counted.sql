-- How many stays lasted how long, in each segment: ended stays and those still open at as_of. Hours are rounded up, so
-- that a stay is over at its hour and histories of any length have few durations.
-- One row per lifecycle id, stage, segment type, segment and duration.
with

stage_intervals as (

    select * from {{ ref('fct_stage_intervals') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

stays as (

    select
        stage_intervals.lifecycle_id,
        stage_intervals.entity_type,
        stage_intervals.stage,
        customers.acquisition_channel,
        customers.country,
        customers.is_b2b,
        stage_intervals.is_current,
        case when stage_intervals.visit_number = 1 then 'first' else 'return' end as visit,
        -floor(-{{ dbt.datediff(
            'stage_intervals.valid_from_at',
            'coalesce(stage_intervals.valid_to_at, build_clocks_resolved.as_of)',
            'second'
        ) }} / cast(3600 as double)) as duration_hours
    from stage_intervals
    cross join build_clocks_resolved
    left join customers
        on case when stage_intervals.entity_type = 'customer' then stage_intervals.entity_id end = customers.customer_id

),

stays_by_segment as (

    select
        lifecycle_id,
        stage,
        'all' as segment_type,
        'all' as segment,
        is_current,
        duration_hours
    from stays
    union all
    select
        lifecycle_id,
        stage,
        'visit',
        visit,
        is_current,
        duration_hours
    from stays
    {% for attribute in ['acquisition_channel', 'country', 'is_b2b'] %}
        union all
        select
            lifecycle_id,
            stage,
            '{{ attribute }}',
            coalesce(cast({{ attribute }} as string), 'unknown'),
            is_current,
            duration_hours
        from stays
        where entity_type = 'customer'
    {% endfor %}

),

stage_durations_counted as (

    select
        lifecycle_id,
        stage,
        segment_type,
        segment,
        cast(duration_hours as bigint) as duration_hours,
        count(case when not is_current then 1 end) as ended_count,
        count(case when is_current then 1 end) as open_count
    from stays_by_segment
    group by lifecycle_id, stage, segment_type, segment, duration_hours

)

select * from stage_durations_counted
