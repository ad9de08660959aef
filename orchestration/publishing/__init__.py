"""From an audited working database to what readers see, in one swap. Knows no Dagster and no dbt."""
