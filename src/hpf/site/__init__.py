"""Settings, wiring, embedded database, command line: the only place that knows everybody."""
