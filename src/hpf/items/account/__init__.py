"""Items about personal accounts."""
