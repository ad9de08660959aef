{%- set breakdowns = ['channel', 'copy_id', 'send_hour', 'messages_count'] -%}
-- By what way, with which text, at what hour and how often those who were to be treated were written to, and how many of
-- them came back. It describes: who got which message was not drawn by lot among the treated, unless the campaign did so.
-- One row per plan id, breakdown and breakdown value.
with

assignments_followed as (

    select * from {{ ref('int_assignments_followed') }}

),

winback_messages_found as (

    select * from {{ ref('int_winback_messages_found') }}

),

messages_counted as (

    select
        assignment_id,
        count(*) as messages_count
    from winback_messages_found
    group by assignment_id

),

customers_with_message as (

    select
        followed.plan_id,
        followed.is_recalled,
        messages.message_id is not null as is_contacted,
        coalesce(messages.is_opened, false) as is_opened,
        messages.channel,
        messages.copy_id,
        right('0' || cast(extract(hour from messages.sent_at) as string), 2) as send_hour,
        cast(messages_counted.messages_count as string) as messages_count,
        coalesce(messages_counted.messages_count, 0) as sent_count
    from assignments_followed as followed
    left join winback_messages_found as messages
        on followed.assignment_id = messages.assignment_id and messages.message_number = 1
    left join messages_counted
        on followed.assignment_id = messages_counted.assignment_id
    where followed.plan_id is not null and followed.arm = 'treatment' and followed.is_mature

),

breakdowns_counted as (

    {% for breakdown in breakdowns -%}
        select
            plan_id,
            '{{ breakdown }}' as breakdown,
            case when is_contacted then coalesce({{ breakdown }}, 'unknown') else 'none' end as breakdown_value,
            count(*) as customers_count,
            sum(sent_count) as messages_count,
            count(case when is_opened then 1 end) as opened_count,
            count(case when is_recalled then 1 end) as recalled_count
        from customers_with_message
        group by plan_id, case when is_contacted then coalesce({{ breakdown }}, 'unknown') else 'none' end
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

winback_messages as (

    select
        -- ids
        plan_id,

        -- strings
        breakdown,
        breakdown_value,

        -- numerics
        cast(customers_count as bigint) as customers_count,
        cast(messages_count as bigint) as messages_count,
        cast(opened_count as bigint) as opened_count,
        case when breakdown_value != 'none' then opened_count / cast(customers_count as double) end as opened_rate,
        cast(recalled_count as bigint) as recalled_count,
        recalled_count / cast(customers_count as double) as recall_rate,
        {{ wilson_limit('recalled_count', 'customers_count', -1) }} as recall_rate_lower,
        {{ wilson_limit('recalled_count', 'customers_count', 1) }} as recall_rate_upper
    from breakdowns_counted

)

select * from winback_messages
