"""Who may come in: roles, passwords and API tokens, decided without a store or a web."""
