"""Items that answer a question or give a document."""
