{%- set lift_words -%}
    coalesce(
        'The lift lies between ' || {{ rounded_text('look_lift_lower') }} || ' and '
        || {{ rounded_text('look_lift_upper') }},
        'Without a control no lift is known'
    )
{%- endset -%}
{%- set break_even_words -%}
    coalesce('a lift of ' || {{ rounded_text('break_even_lift') }} || ' pays', 'no lift is known to pay')
{%- endset -%}
-- What each look at a win-back plan decides, by the rule declared before its first wave: the first of seven
-- outcomes that holds, and why. Only looks at all waves up to one decide, and only once the horizon of all their
-- customers is over, so that there are as many looks as waves and no more; segments are told, never decided on.
-- One row per plan id, look scope, wave number, segment type and segment.
with

winback_looks_estimated as (

    select * from {{ ref('int_winback_looks_estimated') }}

),

looks_decided as (

    select
        *,
        case
            when segment_type != 'all' or look_scope != 'to_date' then null
            when srm_p_value < srm_alpha then 'invalid'
            when open_count > 0 then 'collect_more'
            when look_lift_upper < break_even_lift then 'stop_futile'
            when look_treatment_recall_rate_upper < min_recall_rate then 'stop_quantity'
            when look_harm_lower > 0 then 'stop_harm'
            when look_lift_lower > break_even_lift then 'continue'
            when wave_number < waves_count then 'collect_more'
            else 'inconclusive'
        end as decision
    from winback_looks_estimated

),

winback_looks_judged as (

    select
        *,
        case
            when decision = 'invalid'
                then
                    cast(assigned_treatment_count as string) || ' of ' || cast(assigned_count as string)
                    || ' were assigned to treatment where a share of '
                    || {{ rounded_text('planned_treatment_probability') }}
                    || ' was planned, which chance does not explain: chi-square '
                    || {{ rounded_text('srm_chi_square') }} || '.'
            when decision = 'stop_futile'
                then
                    'The lift is at most ' || {{ rounded_text('look_lift_upper') }} || ' and only '
                    || {{ break_even_words }} || '.'
            when decision = 'stop_quantity'
                then
                    'A share of at most ' || {{ rounded_text('look_treatment_recall_rate_upper') }}
                    || ' comes back and ' || {{ rounded_text('min_recall_rate') }} || ' is required.'
            when decision = 'stop_harm'
                then
                    'Treatment raises the share who complain or opt out by at least '
                    || {{ rounded_text('look_harm_lower') }} || '.'
            when decision = 'continue'
                then
                    'The lift is at least ' || {{ rounded_text('look_lift_lower') }} || ' and '
                    || {{ break_even_words }} || '.'
            when decision = 'collect_more' and open_count > 0
                then
                    'The horizon of ' || cast(open_count as string) || ' of ' || cast(assigned_count as string)
                    || ' customers is not over.'
            when decision = 'collect_more'
                then
                    {{ lift_words }} || ' and ' || {{ break_even_words }} || ', after wave '
                    || cast(wave_number as string) || ' of ' || cast(waves_count as string) || '.'
            when decision = 'inconclusive'
                then {{ lift_words }} || ' and ' || {{ break_even_words }} || ', and no wave is left.'
        end as decision_reason
    from looks_decided

)

select * from winback_looks_judged
