{%- set breakdowns = ['channel', 'copy_id', 'send_hour', 'contact_number'] -%}
-- By what way, with which text, at what hour and as which contact messages of win-back went out to those who were
-- to be treated, and after how many of them the customer came back before the next. It describes and tells no
-- cause: which message went to whom was not drawn by lot.
-- One row per plan id, breakdown and breakdown value.
with

winback_messages_found as (

    select * from {{ ref('int_winback_messages_found') }}

),

messages as (

    select
        *,
        right('0' || cast(extract(hour from sent_at) as string), 2) as send_hour,
        cast(message_number as string) as contact_number
    from winback_messages_found
    where is_mature

),

breakdowns_counted as (

    {% for breakdown in breakdowns -%}
        select
            plan_id,
            '{{ breakdown }}' as breakdown,
            coalesce({{ breakdown }}, 'unknown') as breakdown_value,
            count(distinct customer_id) as customers_count,
            count(*) as messages_count,
            count(case when is_opened then 1 end) as opened_count,
            count(case when is_followed_by_recall then 1 end) as recalled_count
        from messages
        group by plan_id, coalesce({{ breakdown }}, 'unknown')
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
        customers_count,
        messages_count,
        opened_count,
        opened_count / cast(messages_count as double) as opened_rate,
        {{ wilson_limit('opened_count', 'messages_count', -1) }} as opened_rate_lower,
        {{ wilson_limit('opened_count', 'messages_count', 1) }} as opened_rate_upper,
        recalled_count,
        recalled_count / cast(messages_count as double) as recall_rate,
        {{ wilson_limit('recalled_count', 'messages_count', -1) }} as recall_rate_lower,
        {{ wilson_limit('recalled_count', 'messages_count', 1) }} as recall_rate_upper
    from breakdowns_counted

)

select * from winback_messages
