-- Values that name one party, so that they may join records. A value held by more parties of one shop than the limit is
-- a shared mailbox or a default: left out. So are the addresses of a party that carries more of them than the limit,
-- such as a buyer `0` of all guests.
-- One row per party key and value.
with

party_values_unioned as (

    select * from {{ ref('int_party_values_unioned') }}

),

parties_unioned as (

    select * from {{ ref('int_parties_unioned') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

values_counted as (

    select
        party_values_unioned.value_key,
        party_values_unioned.source_relation,
        count(distinct party_values_unioned.party_key) as parties_count
    from party_values_unioned
    inner join parties_unioned
        on party_values_unioned.party_key = parties_unioned.party_key
    group by party_values_unioned.value_key, party_values_unioned.source_relation

),

shared_values as (

    select values_counted.value_key
    from values_counted
    inner join thresholds
        on
            thresholds.threshold_id = 'identity_shared_value_limit'
            and values_counted.parties_count > thresholds.threshold_value
    group by values_counted.value_key

),

crowded_parties as (

    select party_values_unioned.party_key
    from party_values_unioned
    inner join thresholds
        on thresholds.threshold_id = 'identity_shared_value_limit'
    where party_values_unioned.value_key like 'email:%' or party_values_unioned.value_key like 'phone:%'
    group by party_values_unioned.party_key
    having count(distinct party_values_unioned.value_key) > max(thresholds.threshold_value)

),

party_values_guarded as (

    select distinct
        party_values_unioned.party_key,
        party_values_unioned.value_key
    from party_values_unioned
    inner join parties_unioned
        on party_values_unioned.party_key = parties_unioned.party_key
    left join shared_values
        on party_values_unioned.value_key = shared_values.value_key
    left join crowded_parties
        on party_values_unioned.party_key = crowded_parties.party_key
    where shared_values.value_key is null and crowded_parties.party_key is null

)

select * from party_values_guarded
