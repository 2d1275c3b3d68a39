"""Pages for people: the look (macros, style sheet, script) and the generic pages that show any item and name none."""
