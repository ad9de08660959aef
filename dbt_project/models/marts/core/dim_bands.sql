-- Into which bands scores are divided: each begins above the highest value of the one before and ends with its own.
-- One row per band set and band.
with

bands as (

    select * from {{ ref('bands') }}

),

bands_described as (

    select
        -- strings
        band_set,
        band,
        description,

        -- numerics
        band_order,
        lag(upper_value) over (partition by band_set order by band_order) as above_value,
        upper_value
    from bands

)

select * from bands_described
