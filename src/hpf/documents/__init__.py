"""Materials in; slips and certificates out."""
