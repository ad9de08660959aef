-- Which publication was the first to tell of a whole month, of those made before what this build knows was loaded.
-- One row per month that is over by as_of.
with

recorded_publications as (

    select * from {{ source('landing', 'recorded_publications') }}

),

months_spined as (

    select * from {{ ref('int_months_spined') }}

),

build_clocks_resolved as (

    select * from {{ ref('int_build_clocks_resolved') }}

),

publications_before as (

    select recorded_publications.*
    from recorded_publications
    inner join build_clocks_resolved
        on recorded_publications.known_at < build_clocks_resolved.known_at

),

months_over as (

    select
        months_spined.month_start_date,
        cast(months_spined.next_month_start_date as timestamp) as ended_at
    from months_spined
    inner join build_clocks_resolved
        on months_spined.next_month_start_date <= build_clocks_resolved.as_of

),

month_publications_found as (

    select
        months_over.month_start_date,
        months_over.ended_at,
        min(publications_before.publication_number) as publication_number,
        min(publications_before.known_at) as published_known_at
    from months_over
    left join publications_before
        on months_over.ended_at <= publications_before.as_of
    group by months_over.month_start_date, months_over.ended_at

)

select * from month_publications_found
