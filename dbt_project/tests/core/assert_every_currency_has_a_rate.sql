{{ config(meta={"dagster": {"ref": {"name": "int_reporting_rates_resolved"}}}) }}
-- Money of several currencies is added up only at a rate: for each of these write a line into the dictionary's
-- reporting_rates.csv, with rate 1 for the currency that reports are in.
select *
from {{ ref('int_reporting_rates_resolved') }}
where reporting_rate is null
