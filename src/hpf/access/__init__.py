"""Centres as tenants, logins, roles, who acts."""
