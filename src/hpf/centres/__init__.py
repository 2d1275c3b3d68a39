"""Which items each centre offers, with which adapters. Values, no branches."""
