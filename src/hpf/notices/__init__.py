"""What was told to whom: SMS and inbox."""
