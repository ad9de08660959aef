-- What we believed and what we now know: of the stages at a month's end, as they were first published, how many are
-- known to be others, and why. A month that no earlier publication has told of has no count.
-- One row per lifecycle id and month.
with

lifecycles as (

    select * from {{ ref('lifecycles') }}

),

month_publications_found as (

    select * from {{ ref('int_month_publications_found') }}

),

stage_transitions as (

    select * from {{ ref('fct_stage_transitions') }}

),

restatements_explained as (

    select * from {{ ref('int_restatements_explained') }}

),

lives_begun as (

    select
        lifecycle_id,
        cast({{ dbt.date_trunc('month', 'occurred_at') }} as date) as month_start_date,
        count(*) as entities_count
    from stage_transitions
    where move_number = 1
    group by lifecycle_id, cast({{ dbt.date_trunc('month', 'occurred_at') }} as date)

),

entities_counted as (

    select
        lifecycles.lifecycle_id,
        months.month_start_date,
        months.publication_number,
        months.published_known_at,
        coalesce(sum(lives_begun.entities_count), 0) as entities_count
    from lifecycles
    cross join month_publications_found as months
    left join lives_begun
        on
            lifecycles.lifecycle_id = lives_begun.lifecycle_id
            and months.month_start_date >= lives_begun.month_start_date
    group by
        lifecycles.lifecycle_id, months.month_start_date, months.publication_number, months.published_known_at

),

causes_counted as (

    select
        lifecycle_id,
        month_start_date,
        count(*) as changed_count,
        count(case when cause = 'merge' then 1 end) as merge_count,
        count(case when cause = 'late_data' then 1 end) as late_data_count,
        count(case when cause = 'rule_change' then 1 end) as rule_change_count
    from restatements_explained
    group by lifecycle_id, month_start_date

),

counts as (

    select
        entities_counted.*,
        entities_counted.publication_number is not null as is_published,
        coalesce(causes_counted.changed_count, 0) as changed_count,
        coalesce(causes_counted.merge_count, 0) as merge_count,
        coalesce(causes_counted.late_data_count, 0) as late_data_count,
        coalesce(causes_counted.rule_change_count, 0) as rule_change_count
    from entities_counted
    left join causes_counted
        on
            entities_counted.lifecycle_id = causes_counted.lifecycle_id
            and entities_counted.month_start_date = causes_counted.month_start_date

),

restatements as (

    select
        -- ids
        lifecycle_id,

        -- strings
        case
            when changed_count = 0 then null
            when merge_count >= late_data_count and merge_count >= rule_change_count then 'merge'
            when late_data_count >= rule_change_count then 'late_data'
            else 'rule_change'
        end as main_cause,

        -- numerics
        cast(entities_count as bigint) as entities_count,
        cast(case when is_published then changed_count end as bigint) as changed_entities_count,
        case when is_published and entities_count > 0 then changed_count / cast(entities_count as double) end
            as restatement_rate,
        cast(case when is_published then merge_count end as bigint) as merge_count,
        cast(case when is_published then late_data_count end as bigint) as late_data_count,
        cast(case when is_published then rule_change_count end as bigint) as rule_change_count,

        -- booleans
        is_published,

        -- dates
        month_start_date as as_of_month_start_date,

        -- timestamps
        published_known_at as first_published_known_at
    from counts

)

select * from restatements
