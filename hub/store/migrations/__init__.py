"""alembic migrations, run by the program itself; each keeps every row of the release before."""
