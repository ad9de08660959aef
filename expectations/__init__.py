"""What each source promises, and what published tables must hold. Knows no Dagster and no dbt."""
