"""The warehouse's own history: each run, its checks with their figures, the volume of each table. Knows no Dagster."""
