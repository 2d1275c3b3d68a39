"""Adapters to the outside world: the government portal and the unified cashier."""
