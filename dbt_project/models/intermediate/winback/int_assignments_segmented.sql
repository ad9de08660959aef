-- In which segment of each type everybody was when it was drawn; of the type `all` everybody is in `all`.
-- One row per assignment id and segment type.
with

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

winback_segments_assigned as (

    select * from {{ ref('int_winback_segments_assigned') }}

),

assignments_segmented as (

    select
        assignment_id,
        'all' as segment_type,
        'all' as segment
    from assignments_followed
    union all
    select
        assignments_followed.assignment_id,
        winback_segments_assigned.segment_type,
        winback_segments_assigned.segment
    from assignments_followed
    inner join winback_segments_assigned
        on
            assignments_followed.customer_id = winback_segments_assigned.customer_id
            and assignments_followed.assigned_at = winback_segments_assigned.measured_at

)

select * from assignments_segmented
