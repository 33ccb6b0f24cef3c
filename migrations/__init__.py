"""The history of the tables, as Alembic migrations; run by `db.operations`, which brings the connection."""
