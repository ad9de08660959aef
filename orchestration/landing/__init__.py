"""From files to raw tables, exactly once. Plain Python and DuckDB; knows no Dagster and no dbt."""
