"""What Dagster sees: assets, checks, the job, its schedule and sensor. Each module makes one concept."""
