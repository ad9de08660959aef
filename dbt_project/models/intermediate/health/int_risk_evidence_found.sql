{%- set rests_on_purchases -%}
    fired.measure in (
        'gap_ratio', 'longer_gaps_count', 'frequency_ratio', 'amount_ratio', 'silent_days', 'purchases_count'
    )
{%- endset -%}
-- The record that a signal of risk rests on: of a grievance the last one up to the date, of a pattern of purchases the
-- last order, of the model its version. What rests on many uses, on a balance, or on the rule, has none.
-- One row per customer id, score date and risk signal id.
with

risk_signals_fired as (

    select * from {{ ref('int_risk_signals_fired') }}

),

grievances_found as (

    select * from {{ ref('int_grievances_found') }}

),

grievances_ranked as (

    select
        fired.customer_id,
        fired.score_date,
        fired.risk_signal_id,
        grievances_found.source_table,
        grievances_found.source_record_id,
        row_number() over (
            partition by fired.customer_id, fired.score_date, fired.risk_signal_id
            order by grievances_found.occurred_at desc, grievances_found.source_record_id desc
        ) as grievance_rank
    from risk_signals_fired as fired
    inner join grievances_found
        on
            fired.customer_id = grievances_found.customer_id
            and fired.score_date >= grievances_found.grievance_date
            and case fired.measure
                when 'negative_tickets_count' then grievances_found.grievance_type = 'negative_ticket'
                when 'open_tickets_count'
                    then
                        grievances_found.grievance_type in ('negative_ticket', 'other_ticket')
                        and coalesce(fired.score_date < grievances_found.solved_date, true)
                when 'refunds_count' then grievances_found.grievance_type = 'refund'
                when 'detractor_answers_count' then grievances_found.grievance_type = 'detractor_answer'
                when 'negative_reviews_count' then grievances_found.grievance_type = 'negative_review'
                else false
            end

),

risk_evidence_found as (

    select
        fired.customer_id,
        fired.score_date,
        fired.risk_signal_id,
        case
            when grievances_ranked.source_table is not null then grievances_ranked.source_table
            when {{ rests_on_purchases }} then 'orders'
            when fired.measure = 'risk_probability' and fired.model_date is not null then 'churn_models'
        end as evidence_table,
        case
            when grievances_ranked.source_table is not null then grievances_ranked.source_record_id
            when {{ rests_on_purchases }} then fired.last_order_id
            when fired.measure = 'risk_probability' then cast(fired.model_date as string)
        end as evidence_record_id
    from risk_signals_fired as fired
    left join grievances_ranked
        on
            fired.customer_id = grievances_ranked.customer_id
            and fired.score_date = grievances_ranked.score_date
            and fired.risk_signal_id = grievances_ranked.risk_signal_id
            and grievances_ranked.grievance_rank = 1

)

select * from risk_evidence_found
