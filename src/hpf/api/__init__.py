"""REST for every item of every centre, made of the same declarations as the screens. Names no item and no centre."""
