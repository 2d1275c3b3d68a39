"""Judging and executing the rows of a case."""
