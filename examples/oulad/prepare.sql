-- Joins the OULAD files in the folder oulad/ and writes two files into oulad_landing/, which mapping.yml reads:
-- registrations.csv, one line per student and presentation, and statements.csv, one line for each thing stated of it.
-- A presentation begins on 1 February (B) or 1 October (J), day 0; that is assumed, for only day numbers are published.
create temp table registrations as
select
    code_module || '-' || code_presentation || '-' || id_student as registration_id,
    id_student as student_id,
    gender,
    lower(final_result) as final_result,
    starts_on,
    starts_on + module_presentation_length::integer as ends_on,
    starts_on + date_registration::integer as registered_on,
    starts_on + date_unregistration::integer as unregistered_on,
    -- who has left before day 0 has never studied; a registration without a day stands from the first day
    if(unregistered_on < starts_on, null, greatest(starts_on, registered_on)) as studied_from,
    if(studied_from is null, null, least(unregistered_on, ends_on)) as studied_until,
    min(least(registered_on, unregistered_on, starts_on)) over (partition by id_student) as first_known_on
from (
    from read_csv('oulad/studentInfo.csv', all_varchar = true) as students
    inner join read_csv('oulad/studentRegistration.csv', all_varchar = true) as registered
        using (code_module, code_presentation, id_student)
    inner join read_csv('oulad/courses.csv', all_varchar = true) as presentations using (code_module, code_presentation)
    select
        *,
        make_date(left(code_presentation, 4)::integer, if(right(code_presentation, 1) = 'B', 2, 10), 1) as starts_on
);

copy (from registrations order by registration_id)
to 'oulad_landing/registrations.csv' (header true);

-- On one day the order is that of the lines: signed, in force, ended, the result.
copy (
    select registration_id, status, stated_on
    from (
        select registration_id, 1 as place, 'registered' as status, registered_on as stated_on from registrations
        union all
        select registration_id, 2, 'studying', studied_from from registrations
        union all
        select registration_id, 3, 'unregistered', unregistered_on from registrations
        union all
        select registration_id, 4, 'ended', least(unregistered_on, ends_on) from registrations
        union all
        select registration_id, 5, final_result, ends_on from registrations
    )
    where stated_on is not null
    order by registration_id, stated_on, place
)
to 'oulad_landing/statements.csv' (header true);
