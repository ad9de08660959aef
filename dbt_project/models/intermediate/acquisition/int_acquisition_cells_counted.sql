-- How many visitors, leads and new customers each channel had in each month, and in all; zero where there was none.
-- One row per channel, motion, cohort grain and cohort month.
with

acquisition_cohorts_grouped as (

    select * from {{ ref('int_acquisition_cohorts_grouped') }}

),

leads_measured as (

    select * from {{ ref('int_leads_measured') }}

),

new_customers_measured as (

    select * from {{ ref('int_new_customers_measured') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

cohorts as (

    select
        'month' as cohort_grain,
        month_start_date as cohort_month_start_date
    from months_spined
    union
    select
        cohort_grain,
        cohort_month_start_date
    from acquisition_cohorts_grouped

),

channels as (

    select distinct
        channel,
        motion
    from acquisition_cohorts_grouped

),

cells as (

    select
        channels.channel,
        channels.motion,
        cohorts.cohort_grain,
        cohorts.cohort_month_start_date
    from channels
    cross join cohorts

),

cell_records as (

    select
        cells.*,
        records.record_type,
        records.record_id,
        leads.icp_fit as lead_icp_fit,
        leads.is_contact_due,
        leads.is_contacted_in_time,
        customers.icp_fit as customer_icp_fit,
        customers.is_mature,
        customers.is_one_time
    from cells
    left join acquisition_cohorts_grouped as records
        on
            cells.channel = records.channel
            and cells.motion = records.motion
            and cells.cohort_grain = records.cohort_grain
            and coalesce(cells.cohort_month_start_date, date '0001-01-01')
            = coalesce(records.cohort_month_start_date, date '0001-01-01')
    left join leads_measured as leads
        on case when records.record_type = 'lead' then records.record_id end = leads.lead_id
    left join new_customers_measured as customers
        on case when records.record_type = 'customer' then records.record_id end = customers.customer_id

),

acquisition_cells_counted as (

    select
        channel,
        motion,
        cohort_grain,
        cohort_month_start_date,
        count(distinct case when record_type = 'visitor' then record_id end) as reached_visitors_count,
        count(case when record_type = 'lead' then 1 end) as leads_count,
        count(case when lead_icp_fit = 'fit' then 1 end) as fit_leads_count,
        count(case when lead_icp_fit = 'unknown' then 1 end) as unknown_leads_count,
        count(case when is_contact_due then 1 end) as contact_due_leads_count,
        count(case when is_contact_due and is_contacted_in_time then 1 end) as contacted_in_time_leads_count,
        count(case when record_type = 'customer' then 1 end) as customers_count,
        count(case when customer_icp_fit = 'fit' then 1 end) as fit_customers_count,
        count(case when customer_icp_fit = 'unknown' then 1 end) as unknown_customers_count,
        count(case when is_mature then 1 end) as mature_customers_count,
        count(case when is_mature and is_one_time then 1 end) as one_time_buyers_count
    from cell_records
    group by channel, motion, cohort_grain, cohort_month_start_date

)

select * from acquisition_cells_counted
