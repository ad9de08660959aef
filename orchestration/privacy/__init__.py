"""Erasing a person: who it is, what stands in for it, and every place where it was. Knows no Dagster and no dbt run."""
