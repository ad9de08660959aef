-- The last complete months up to as_of on which the value of a state rests, as many as the dictionary says.
-- One row per month.
with

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

months_ranked as (

    select
        months_spined.*,
        row_number() over (order by months_spined.month_start_date desc) as months_back
    from months_spined
    inner join build_clocks_resolved
        on months_spined.next_month_start_date <= build_clocks_resolved.as_of

),

value_months_windowed as (

    select
        months_ranked.month_start_date,
        months_ranked.next_month_start_date
    from months_ranked
    inner join thresholds
        on
            thresholds.threshold_id = 'state_value_window_months'
            and months_ranked.months_back <= thresholds.threshold_value

)

select * from value_months_windowed
