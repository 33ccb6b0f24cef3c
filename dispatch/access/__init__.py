"""Who may see what: every query is scoped to who asks."""
