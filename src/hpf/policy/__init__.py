"""What the law and the city say for a day or a month. `book.load(centre)` is the way in."""
