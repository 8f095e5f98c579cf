"""Tables, rows and the unit of work on SQLite and PostgreSQL, through SQLAlchemy Core; migrations by alembic."""
