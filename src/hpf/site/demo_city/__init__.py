"""The demo city: who lives in Hangzhou on the first day of `make demo`. Fictitious, and the same on every machine."""
