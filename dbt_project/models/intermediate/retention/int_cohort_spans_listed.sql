-- What is asked of each cohort: was a member there in period n (`on`), in it or later (`on_or_after`), or in one of
-- several (`bracket`)? A member can be judged once `judged_after_count` periods since its entry are over.
-- One row per cohort definition id, retention kind and first period; `end_period_number` is the first behind the span.
with

cohort_definitions as (

    select * from {{ ref('cohort_definitions') }}

),

series as (

    {{ dbt.generate_series(402) }}

),

{# An engine may write the numbers of a series as `1.0`. #}
numbers as (

    select cast(generated_number as integer) as generated_number
    from series

),

periods as (

    select
        definitions.cohort_definition_id,
        numbers.generated_number - 1 as period_number
    from cohort_definitions as definitions
    inner join numbers
        on numbers.generated_number - 1 <= definitions.periods_count

),

bracket_limits as (

    select
        definitions.cohort_definition_id,
        numbers.generated_number as period_number,
        lead(numbers.generated_number) over (
            partition by definitions.cohort_definition_id
            order by numbers.generated_number
        ) as next_period_number
    from cohort_definitions as definitions
    inner join numbers
        on {{ is_listed('cast(numbers.generated_number as ' ~ dbt.type_string() ~ ')', 'definitions.bracket_starts') }}

),

cohort_spans_listed as (

    select
        cohort_definition_id,
        'on' as retention_kind,
        period_number as first_period_number,
        period_number + 1 as end_period_number,
        period_number + 1 as judged_after_count
    from periods
    union all
    select
        cohort_definition_id,
        'on_or_after',
        period_number,
        null,
        period_number + 1
    from periods
    union all
    select
        cohort_definition_id,
        'bracket',
        period_number,
        next_period_number,
        next_period_number as judged_after_count
    from bracket_limits
    where next_period_number is not null

)

select * from cohort_spans_listed
