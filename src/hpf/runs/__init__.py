"""One file per scheduled run."""
