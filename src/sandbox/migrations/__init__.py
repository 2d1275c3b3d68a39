"""Tables of the simulated outside world."""
