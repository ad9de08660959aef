"""Small, slow, obvious versions of what the models compute, to hold the SQL against."""
