-- What was invoiced, what fell due, what came in and what is open, by month: three collection rates side by side.
-- A month that is not over by as_of shows its sums so far, but has no rate.
-- One row per currency, breakdown, breakdown value and month.
with

collection_months_summed as (

    select * from {{ ref('int_collection_months_summed') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

months_with_receivable as (

    select
        months.*,
        cast(
            sum(months.invoiced_amount - months.applied_amount) over (
                partition by months.currency, months.breakdown, months.breakdown_value
                order by months.month_start_date
            ) as decimal(18, 4)
        ) as closing_receivable_amount,
        cast({{ dbt.dateadd('month', 1, 'months.month_start_date') }} as date) as next_month_start_date,
        build_clocks_resolved.as_of >= {{ dbt.dateadd('month', 1, 'months.month_start_date') }} as is_mature
    from collection_months_summed as months
    cross join build_clocks_resolved

),

months_with_opening as (

    select
        *,
        cast(closing_receivable_amount - invoiced_amount + applied_amount as decimal(18, 4))
            as opening_receivable_amount,
        {{ dbt.datediff(
            'month_start_date',
            'next_month_start_date',
            'day'
        ) }} as days_count
    from months_with_receivable

),

collections as (

    select
        -- strings
        currency,
        breakdown,
        breakdown_value,

        -- numerics: by month of issue
        cast(invoiced_count as bigint) as invoices_count,
        invoiced_amount,
        invoiced_collected_amount,
        cast(invoiced_amount - invoiced_collected_amount as decimal(18, 4)) as invoiced_outstanding_amount,
        invoiced_undated_amount,
        credit_note_amount,

        -- numerics: by month of the due date
        cast(due_count as bigint) as due_invoices_count,
        cast(settled_on_time_count as bigint) as settled_on_time_count,
        due_amount,
        due_collected_amount,
        overdue_amount,
        overdue_0_30_amount,
        overdue_31_60_amount,
        overdue_61_90_amount,
        overdue_over_90_amount,
        case when is_mature then due_collected_amount / cast(nullif(due_amount, 0) as double) end
            as collection_rate_due,
        case when is_mature then settled_on_time_count / cast(nullif(due_count, 0) as double) end as on_time_rate,
        case when is_mature then {{ wilson_limit('settled_on_time_count', 'due_count', -1) }} end
            as on_time_rate_lower,
        case when is_mature then {{ wilson_limit('settled_on_time_count', 'due_count', 1) }} end
            as on_time_rate_upper,

        -- numerics: by month in which it happened
        opening_receivable_amount,
        applied_amount,
        closing_receivable_amount,
        received_amount,
        cash_without_invoice_amount,
        refund_amount,
        case
            when is_mature
                then applied_amount / cast(nullif(opening_receivable_amount + invoiced_amount, 0) as double)
        end as collection_rate_period,
        case when is_mature then received_amount / cast(nullif(invoiced_amount, 0) as double) end
            as collection_rate_cash,
        case
            when is_mature
                then closing_receivable_amount / cast(nullif(invoiced_amount, 0) as double) * days_count
        end as days_sales_outstanding,

        -- booleans
        is_mature,

        -- dates
        month_start_date
    from months_with_opening

)

select * from collections
