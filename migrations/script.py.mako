"""${message}.

Revision ${up_revision}, after ${down_revision if down_revision else "nothing"}.
"""

import sqlalchemy as sa
from alembic import op
${imports + "\n" if imports else ""}\
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

# A running system waits behind a migration that waits for a lock: rather give up soon, and try again when it is quiet.
LOCK_TIMEOUT = "5s"


def on_postgresql() -> bool:
    """Whether this runs on PostgreSQL; else it is SQLite."""
    return op.get_context().dialect.name == "postgresql"


def states(name: str, *values: str) -> sa.Enum:
    """A state kept as its value in a VARCHAR with a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """To this revision."""
    if on_postgresql():
        op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back to the revision before."""
    if on_postgresql():
        op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    ${downgrades if downgrades else "pass"}
