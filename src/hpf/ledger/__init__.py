"""The books: double entry, balances, day close."""
