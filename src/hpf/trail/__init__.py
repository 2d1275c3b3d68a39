"""Who did and saw what, append-only and chained by hash."""
