{{ config(severity='warn', meta={"dagster": {"ref": {"name": "rpt_score_backtest"}}}) }}
-- Of the newest quarter more were gone from each riskier band than from the one below it, by more than chance would
-- have it: where the lower limit of a band is above the upper one of a riskier band, the score puts them in the wrong
-- order. A score may do so without a fault of the data, so this warns. The number of signals is not asked: each is its
-- own way.
with

newest as (

    select
        score_id,
        max(period_start_date) as period_start_date
    from {{ ref('rpt_score_backtest') }}
    where period_unit = 'quarter'
    group by score_id

),

bands_ranked as (

    select
        backtest.score_id,
        backtest.band,
        backtest.gone_rate_lower,
        backtest.gone_rate_upper,
        case
            when backtest.score_id = 'health_score' then -bands.band_order
            else cast(backtest.band as integer)
        end as riskier_rank
    from {{ ref('rpt_score_backtest') }} as backtest
    inner join newest
        on backtest.score_id = newest.score_id and backtest.period_start_date = newest.period_start_date
    left join {{ ref('dim_bands') }} as bands
        on bands.band_set = 'health' and backtest.band = bands.band
    where backtest.period_unit = 'quarter' and backtest.band != 'all' and backtest.score_id != 'risk_signals'

)

select
    safer.score_id,
    safer.band as safer_band,
    riskier.band as riskier_band
from bands_ranked as safer
inner join bands_ranked as riskier
    on safer.score_id = riskier.score_id and safer.riskier_rank < riskier.riskier_rank
where safer.gone_rate_lower > riskier.gone_rate_upper
