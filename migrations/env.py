"""Runs migrations on the connection and with the options that `db.operations` puts into the configuration.

The caller holds the transaction: all migrations of one upgrade happen, or none.
"""

from alembic import context

if context.is_offline_mode():
    raise SystemExit("Migrations look at the data they change, so there is no SQL to print; run them on a database.")

attributes = context.config.attributes
context.configure(connection=attributes["connection"], **attributes["options"])
context.run_migrations()
