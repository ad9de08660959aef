-- Of the customers who began in a period, how many were there in each period since, in it or later, or in one of
-- several: the full triangle, by the dictionary's cohort definitions, and what they brought.
-- A rate is that of the members who have the span behind them by as_of; there is none while nobody has.
-- One row per cohort definition id, breakdown, its value, cohort, retention kind and first period.
with

cohort_spans_counted as (

    select * from {{ ref('int_cohort_spans_counted') }}

),

cohort_definitions as (

    select * from {{ ref('cohort_definitions') }}

),

spans_by_breakdown as (

    {% for breakdown in ['all', 'acquisition_channel', 'is_b2b'] %}
        {% if not loop.first %} union all {% endif %}
        select
            *,
            '{{ breakdown }}' as breakdown,
            {{ "'all'" if breakdown == 'all' else breakdown }} as breakdown_value
        from cohort_spans_counted
    {% endfor %}

),

spans_summed as (

    select
        cohort_definition_id,
        breakdown,
        breakdown_value,
        cohort_start_date,
        retention_kind,
        first_period_number,
        end_period_number,
        sum(members_count) as members_count,
        sum(judged_members_count) as judged_members_count,
        sum(judged_entry_amount) as judged_entry_amount,
        sum(stayed_count) as stayed_count,
        sum(judged_stayed_count) as judged_stayed_count,
        sum(returned_count) as returned_count,
        sum(judged_returned_count) as judged_returned_count,
        sum(amount) as amount,
        sum(judged_amount) as judged_amount
    from spans_by_breakdown
    group by 1, 2, 3, 4, 5, 6, 7

),

{# In a period or later is who was there last in it or later; the money of an open end is nobody's rate. #}
spans_answered as (

    select
        *,
        case when retention_kind = 'on_or_after' then stayed_count else returned_count end as retained_count,
        case when retention_kind = 'on_or_after' then judged_stayed_count else judged_returned_count end
            as judged_retained_count,
        retention_kind != 'on_or_after' as has_money
    from spans_summed

),

retention_cohorts as (

    select
        -- ids
        answered.cohort_definition_id,
        definitions.metric_id,

        -- strings
        definitions.cohort_type,
        definitions.period_unit,
        definitions.alignment,
        answered.breakdown,
        answered.breakdown_value,
        answered.retention_kind,

        -- numerics
        answered.first_period_number as periods_since_start,
        answered.end_period_number as periods_until_end,
        cast(answered.members_count as bigint) as cohort_customers_count,
        cast(answered.judged_members_count as bigint) as mature_customers_count,
        cast(answered.retained_count as bigint) as retained_customers_count,
        cast(answered.judged_retained_count as bigint) as mature_retained_customers_count,
        answered.judged_retained_count / cast(nullif(answered.judged_members_count, 0) as double) as retention_rate,
        {{ wilson_limit('answered.judged_retained_count', 'answered.judged_members_count', -1) }}
            as retention_rate_lower,
        {{ wilson_limit('answered.judged_retained_count', 'answered.judged_members_count', 1) }}
            as retention_rate_upper,
        cast(case when answered.has_money then answered.amount end as decimal(18, 4)) as retained_amount,
        cast(answered.judged_entry_amount as decimal(18, 4)) as mature_start_amount,
        cast(case when answered.has_money then answered.judged_amount end as decimal(18, 4)) as mature_retained_amount,
        case when answered.has_money then answered.judged_amount end
        / cast(nullif(answered.judged_entry_amount, 0) as double) as revenue_retention_rate,

        -- booleans
        answered.judged_members_count = answered.members_count as is_mature,

        -- dates
        answered.cohort_start_date,
        case
            when definitions.alignment = 'calendar'
                then {{ add_periods(
                    'definitions.period_unit', 'answered.first_period_number', 'answered.cohort_start_date'
                ) }}
        end as period_start_date
    from spans_answered as answered
    inner join cohort_definitions as definitions
        on answered.cohort_definition_id = definitions.cohort_definition_id

)

select * from retention_cohorts
