"""Values of the trade: money, rates, months, names, numbers of papers, refusals and the clock. No Django, no I/O."""
