"""Pure arithmetic of the trade: rounding, base and monthly deposit, ages. No dates of force, no centre."""
