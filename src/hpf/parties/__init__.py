"""Employers, agents, people, their accounts and the dated relations between them; entered by the five doors only."""
