"""How rows come in: typed, imported, selected; drafts; submission."""
