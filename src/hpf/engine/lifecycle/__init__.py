"""One explicit table of the states of a case and the moves between them."""
