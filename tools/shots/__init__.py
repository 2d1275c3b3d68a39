"""Pictures of every page and state: `python -m tools.shots`."""
