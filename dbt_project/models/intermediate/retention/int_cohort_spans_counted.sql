-- How many members each cohort has for each span of periods, how many of them can be judged by as_of, how many were
-- there, and what they brought. Told are the spans that have begun for the cohort's first member.
-- One row per cohort definition id, cohort, acquisition channel, kind of customer, retention kind and first period.
with

cohort_periods_numbered as (

    select * from {{ ref('int_cohort_periods_numbered') }}

),

cohort_spans_listed as (

    select * from {{ ref('int_cohort_spans_listed') }}

),

{# Members who are alike in all that matters are counted together before anything is asked of them. #}
entries as (

    select
        cohort_definition_id,
        cohort_start_date,
        acquisition_channel,
        is_b2b,
        whole_periods_count,
        last_period_number,
        count(*) as members_count,
        sum(amount) as amount,
        max(max(whole_periods_count)) over (partition by cohort_definition_id, cohort_start_date) as begun_period_number
    from cohort_periods_numbered
    where period_number = 0
    group by 1, 2, 3, 4, 5, 6

),

spans_entered as (

    {% set judged = 'entries.whole_periods_count >= spans.judged_after_count' %}
    {% set stayed = 'entries.last_period_number >= spans.first_period_number' %}
    select
        entries.cohort_definition_id,
        entries.cohort_start_date,
        entries.acquisition_channel,
        entries.is_b2b,
        spans.retention_kind,
        spans.first_period_number,
        spans.end_period_number,
        sum(entries.members_count) as members_count,
        sum(case when {{ judged }} then entries.members_count else 0 end) as judged_members_count,
        sum(case when {{ judged }} then entries.amount else 0 end) as judged_entry_amount,
        sum(case when {{ stayed }} then entries.members_count else 0 end) as stayed_count,
        sum(case when {{ stayed }} and {{ judged }} then entries.members_count else 0 end) as judged_stayed_count
    from entries
    inner join cohort_spans_listed as spans
        on
            entries.cohort_definition_id = spans.cohort_definition_id
            and entries.begun_period_number >= spans.first_period_number
    group by 1, 2, 3, 4, 5, 6, 7

),

periods_alike as (

    select
        cohort_definition_id,
        cohort_start_date,
        acquisition_channel,
        is_b2b,
        whole_periods_count,
        period_number,
        previous_period_number,
        sum(case when is_active then 1 else 0 end) as active_count,
        sum(amount) as amount
    from cohort_periods_numbered
    group by 1, 2, 3, 4, 5, 6, 7

),

{# Whoever was there in several periods of a span counts in the first of them. #}
spans_returned as (

    {% set judged = 'periods.whole_periods_count >= spans.judged_after_count' %}
    {% set first = 'periods.previous_period_number < spans.first_period_number' %}
    select
        periods.cohort_definition_id,
        periods.cohort_start_date,
        periods.acquisition_channel,
        periods.is_b2b,
        spans.retention_kind,
        spans.first_period_number,
        sum(case when {{ first }} then periods.active_count else 0 end) as returned_count,
        sum(case when {{ first }} and {{ judged }} then periods.active_count else 0 end) as judged_returned_count,
        sum(periods.amount) as amount,
        sum(case when {{ judged }} then periods.amount else 0 end) as judged_amount
    from periods_alike as periods
    inner join cohort_spans_listed as spans
        on
            periods.cohort_definition_id = spans.cohort_definition_id
            and periods.period_number >= spans.first_period_number
            and periods.period_number < spans.end_period_number
    group by 1, 2, 3, 4, 5, 6

),

cohort_spans_counted as (

    select
        entered.*,
        coalesce(returned.returned_count, 0) as returned_count,
        coalesce(returned.judged_returned_count, 0) as judged_returned_count,
        coalesce(returned.amount, 0) as amount,
        coalesce(returned.judged_amount, 0) as judged_amount
    from spans_entered as entered
    left join spans_returned as returned
        on
            entered.cohort_definition_id = returned.cohort_definition_id
            and entered.cohort_start_date = returned.cohort_start_date
            and entered.acquisition_channel = returned.acquisition_channel
            and entered.is_b2b = returned.is_b2b
            and entered.retention_kind = returned.retention_kind
            and entered.first_period_number = returned.first_period_number

)

select * from cohort_spans_counted
