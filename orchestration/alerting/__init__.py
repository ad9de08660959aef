"""What a failed run tells: what failed, where the rows are, what readers still see, what to do; and whom it tells."""
