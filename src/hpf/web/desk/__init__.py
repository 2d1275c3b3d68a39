"""The centre's desk: batch console, rows that need a person, money that nobody could place, the books at a glance."""
