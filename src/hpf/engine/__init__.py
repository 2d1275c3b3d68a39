"""One way for every item: declare, intake, lifecycle, execute, catalogue."""
