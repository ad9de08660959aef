{{ config(meta={"dagster": {"ref": {"name": "rpt_risk_signals"}}}) }}
-- Whom the model flags gives the model's signal, with the same probability and limit, and nobody else does.
with

flagged as (

    select *
    from {{ ref('rpt_churn_risk') }}
    where is_flagged

),

signals as (

    select *
    from {{ ref('rpt_risk_signals') }}
    where measure = 'risk_probability' and is_firing

)

select
    flagged.customer_id as flagged_customer_id,
    signals.customer_id as signalling_customer_id
from flagged
full outer join signals
    on flagged.customer_id = signals.customer_id
where
    flagged.customer_id is null
    or signals.customer_id is null
    or flagged.risk_probability != signals.measure_value
    or flagged.flagged_from_probability != signals.limit_value
