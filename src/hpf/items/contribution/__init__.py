"""Items about what is owed and paid."""
