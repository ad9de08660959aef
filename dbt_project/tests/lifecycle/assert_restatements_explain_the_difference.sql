{{ config(meta={"dagster": {"ref": {"name": "rpt_restatements"}}}) }}
-- Each change has one cause, nothing is compared with what was published later than this build knows of, and where
-- nobody is said to have changed, as many entities had a stage at the end of the month as the first publication told:
-- counted here from the log alone.
with

publications as (

    select
        recorded.publication_number,
        recorded.known_at,
        recorded.as_of
    from {{ source('landing', 'recorded_publications') }} as recorded
    inner join {{ ref('int_build_clocks_resolved') }} as clocks
        on recorded.known_at < clocks.known_at

),

months as (

    select
        restatements.lifecycle_id,
        restatements.as_of_month_start_date,
        restatements.changed_entities_count,
        {{ dbt.dateadd('month', 1, 'restatements.as_of_month_start_date') }} as ended_at,
        min(publications.publication_number) as publication_number,
        min(publications.known_at) as known_at
    from {{ ref('rpt_restatements') }} as restatements
    inner join publications
        on {{ dbt.dateadd('month', 1, 'restatements.as_of_month_start_date') }} <= publications.as_of
    group by
        restatements.lifecycle_id, restatements.as_of_month_start_date, restatements.changed_entities_count

),

published as (

    select
        months.lifecycle_id,
        months.as_of_month_start_date,
        count(distinct log.entity_id) as entities_count
    from months
    inner join {{ source('landing', 'recorded_transitions') }} as log
        on
            months.lifecycle_id = log.lifecycle_id
            and months.ended_at > log.occurred_at
            and months.publication_number >= log.recorded_number
    where
        months.changed_entities_count = 0
        and coalesce(log.withdrawn_number > months.publication_number, true)
    group by months.lifecycle_id, months.as_of_month_start_date

)

select restatements.lifecycle_id
from {{ ref('rpt_restatements') }} as restatements
left join months
    on
        restatements.lifecycle_id = months.lifecycle_id
        and restatements.as_of_month_start_date = months.as_of_month_start_date
left join published
    on
        restatements.lifecycle_id = published.lifecycle_id
        and restatements.as_of_month_start_date = published.as_of_month_start_date
where
    restatements.changed_entities_count
    != restatements.merge_count + restatements.late_data_count + restatements.rule_change_count
    or restatements.is_published != (restatements.changed_entities_count is not null)
    or restatements.first_published_known_at is distinct from months.known_at
    or (
        restatements.changed_entities_count = 0
        and restatements.entities_count != coalesce(published.entities_count, 0)
    )
