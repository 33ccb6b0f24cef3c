"""What intake keeps.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

# A running system waits behind a migration that waits for a lock: rather give up soon, and try again when it is quiet.
LOCK_TIMEOUT = "5s"

ADDED = (
    ("contact", "verified", "BOOLEAN NOT NULL DEFAULT true"),
    ("contact", "email_key", "VARCHAR(254)"),
    ("contact", "phone_key", "VARCHAR(32)"),
    ("organisation", "verified", "BOOLEAN NOT NULL DEFAULT true"),
    ("equipment", "report_code", "VARCHAR(32)"),
    ("ticket", "emergency", "BOOLEAN NOT NULL DEFAULT false"),
    ("ticket", "resolution", "VARCHAR(300)"),
    ("ticket", "solved_by_id", "KEY CONSTRAINT fk_ticket_solved_by_id_article REFERENCES article (id)"),
    (
        "ticket_membership",
        "how",
        "VARCHAR(32) NOT NULL DEFAULT 'person' CONSTRAINT ck_ticket_membership_merged_by "
        "CHECK (how IN ('first', 'score', 'review', 'person'))",
    ),
    ("conversation", "token", "VARCHAR(32)"),
    ("conversation", "handle", "VARCHAR(255)"),
    ("conversation", "may_be_written_to", "BOOLEAN NOT NULL DEFAULT true"),
    ("message", "subject", "VARCHAR(300)"),
    ("message", "external_id", "VARCHAR(255)"),
    ("message", "said_by_id", "KEY CONSTRAINT fk_message_said_by_id_contact REFERENCES contact (id)"),
    ("message", "written_by_id", 'KEY CONSTRAINT fk_message_written_by_id_user REFERENCES "user" (id)'),
    ("message", "automatic", "BOOLEAN NOT NULL DEFAULT false"),
    ("message", "cause", "VARCHAR(120)"),
    (
        "message",
        "delivery",
        "VARCHAR(32) CONSTRAINT ck_message_delivery "
        "CHECK (delivery IN ('waiting', 'to_call', 'sent', 'failed', 'withheld'))",
    ),
    ("message", "why", "VARCHAR(300)"),
    ("message", "told_by_id", 'KEY CONSTRAINT fk_message_told_by_id_user REFERENCES "user" (id)'),
    ("message", "told_at", "INSTANT"),
    (
        "work_order",
        "merged_into_id",
        "KEY CONSTRAINT fk_work_order_merged_into_id_work_order REFERENCES work_order (id)",
    ),
    ("work_order", "folded", "DOCUMENT"),
)
"""Columns added in place (table, name, the rest): SQLite would lose CHECKs if a table were copied."""

INDEXED = (
    ("contact", ("email_key",), False),
    ("contact", ("phone_key",), False),
    ("equipment", ("report_code",), True),
    ("ticket", ("solved_by_id",), False),
    ("conversation", ("token",), True),
    ("conversation", ("handle",), False),
    ("message", ("said_by_id",), False),
    ("message", ("written_by_id",), False),
    ("message", ("told_by_id",), False),
    ("message", ("channel", "external_id"), True),
    ("message", ("conversation_id", "cause"), True),
    ("work_order", ("merged_into_id",), False),
)

NEW = (
    "consent",
    "inbound",
    "fact",
    "merge",
    "call_event",
    "party",
    "match_record",
    "match_pair",
    "match_key",
    "call",
    "match_model",
)


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
    key, document, instant = ("BIGINT", "JSONB", "TIMESTAMPTZ") if on_postgresql() else ("INTEGER", "JSON", "DATETIME")
    op.create_table(
        "article",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("equipment_kind", sa.String(length=32), nullable=True),
        sa.Column("model", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("without_visit", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("number", name=op.f("uq_article_number")),
    )
    op.create_index(op.f("ix_article_equipment_kind"), "article", ["equipment_kind"], unique=False)

    op.create_table(
        "match_model",
        sa.Column("id", KEY, nullable=False),
        sa.Column("learned_at", INSTANT, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("learned_from", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_model")),
    )
    op.create_table(
        "call",
        sa.Column("id", KEY, nullable=False),
        sa.Column("taken_by_id", KEY, nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user.id"], name=op.f("fk_call_taken_by_id_user")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_started_at"), "call", ["started_at"], unique=False)
    op.create_index(op.f("ix_call_taken_by_id"), "call", ["taken_by_id"], unique=False)
    op.create_index(op.f("ix_call_ticket_id"), "call", ["ticket_id"], unique=False)

    op.create_table(
        "match_key",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_match_key_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_key")),
        sa.UniqueConstraint("key", "ticket_id", name=op.f("uq_match_key_key_ticket_id")),
    )
    op.create_index(op.f("ix_match_key_ticket_id"), "match_key", ["ticket_id"], unique=False)

    op.create_table(
        "match_pair",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("band", states("match_band", "merge", "review", "separate"), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("compared_at", INSTANT, nullable=False),
        sa.Column("status", states("review_status", "waiting", "accepted", "rejected", "settled"), nullable=True),
        sa.Column("decided_by_id", KEY, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name=op.f("ck_match_pair_probability")),
        sa.CheckConstraint("ticket_id <> other_id", name=op.f("ck_match_pair_two")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_match_pair_decided_by_id_user")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_match_pair_other_id_ticket")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_match_pair_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_pair")),
        sa.UniqueConstraint("ticket_id", "other_id", name=op.f("uq_match_pair_ticket_id_other_id")),
    )
    op.create_index(op.f("ix_match_pair_decided_by_id"), "match_pair", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_match_pair_other_id"), "match_pair", ["other_id"], unique=False)
    op.create_index(op.f("ix_match_pair_status"), "match_pair", ["status"], unique=False)
    op.create_index(op.f("ix_match_pair_ticket_id"), "match_pair", ["ticket_id"], unique=False)

    op.create_table(
        "match_record",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_match_record_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_record")),
    )
    op.create_index(op.f("ix_match_record_ticket_id"), "match_record", ["ticket_id"], unique=True)
    op.create_table(
        "party",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column(
            "role",
            states("party_role", "reporter", "occupant", "owner", "payer", "insurer", "dealer", "access_holder"),
            nullable=False,
        ),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.CheckConstraint("contact_id IS NOT NULL OR organisation_id IS NOT NULL", name=op.f("ck_party_somebody")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_party_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_party_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_party_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint(
            "ticket_id",
            "role",
            "contact_id",
            "organisation_id",
            name=op.f("uq_party_ticket_id_role_contact_id_organisation_id"),
        ),
    )
    op.create_index(op.f("ix_party_contact_id"), "party", ["contact_id"], unique=False)
    op.create_index(op.f("ix_party_organisation_id"), "party", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_party_ticket_id"), "party", ["ticket_id"], unique=False)

    op.create_table(
        "call_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("call_id", KEY, nullable=False),
        sa.Column(
            "kind",
            states("call_event_kind", "hold", "resumed", "transferred", "callback_promised", "called_back", "ended"),
            nullable=False,
        ),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", KEY, nullable=False),
        sa.Column("to_user_id", KEY, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_call_event_by_id_user")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_event_call_id_call"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["to_user_id"], ["user.id"], name=op.f("fk_call_event_to_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_event")),
    )
    op.create_index(op.f("ix_call_event_by_id"), "call_event", ["by_id"], unique=False)
    op.create_index(op.f("ix_call_event_call_id"), "call_event", ["call_id"], unique=False)
    op.create_index(op.f("ix_call_event_to_user_id"), "call_event", ["to_user_id"], unique=False)

    op.create_table(
        "merge",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", states("merge_kind", "merge", "unmerge", "split", "move"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("pair_id", KEY, nullable=True),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("from_work_order_id", KEY, nullable=True),
        sa.Column("tickets", JSON, nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("consequence", sa.String(length=300), nullable=False),
        sa.Column("undoes_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_merge_by_id_user")),
        sa.ForeignKeyConstraint(
            ["from_work_order_id"], ["work_order.id"], name=op.f("fk_merge_from_work_order_id_work_order")
        ),
        sa.ForeignKeyConstraint(["pair_id"], ["match_pair.id"], name=op.f("fk_merge_pair_id_match_pair")),
        sa.ForeignKeyConstraint(["undoes_id"], ["merge.id"], name=op.f("fk_merge_undoes_id_merge")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_merge_work_order_id_work_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_at"), "merge", ["at"], unique=False)
    op.create_index(op.f("ix_merge_by_id"), "merge", ["by_id"], unique=False)
    op.create_index(op.f("ix_merge_from_work_order_id"), "merge", ["from_work_order_id"], unique=False)
    op.create_index(op.f("ix_merge_pair_id"), "merge", ["pair_id"], unique=False)
    op.create_index(op.f("ix_merge_undoes_id"), "merge", ["undoes_id"], unique=True)
    op.create_index(op.f("ix_merge_work_order_id"), "merge", ["work_order_id"], unique=False)

    op.create_table(
        "fact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("field", sa.String(length=48), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=False,
        ),
        sa.Column("said_by_id", KEY, nullable=True),
        sa.Column("noted_by_id", KEY, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_fact_message_id_message")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["user.id"], name=op.f("fk_fact_noted_by_id_user")),
        sa.ForeignKeyConstraint(["said_by_id"], ["contact.id"], name=op.f("fk_fact_said_by_id_contact")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_fact_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index(op.f("ix_fact_message_id"), "fact", ["message_id"], unique=False)
    op.create_index(op.f("ix_fact_noted_by_id"), "fact", ["noted_by_id"], unique=False)
    op.create_index(op.f("ix_fact_said_by_id"), "fact", ["said_by_id"], unique=False)
    op.create_index("ix_fact_ticket_field", "fact", ["ticket_id", "field"], unique=False)

    op.create_table(
        "inbound",
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=False,
        ),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=True),
        sa.Column("status", states("inbound_status", "waiting", "taken", "ignored", "refused"), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_inbound_message_id_message")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_inbound_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_inbound_channel_external_id")),
    )
    op.create_index(op.f("ix_inbound_message_id"), "inbound", ["message_id"], unique=False)
    op.create_index(op.f("ix_inbound_ticket_id"), "inbound", ["ticket_id"], unique=False)
    op.create_index("ix_inbound_waiting", "inbound", ["status", "received_at"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("address_key", sa.String(length=255), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.Column("inbound_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name=op.f("fk_consent_inbound_id_inbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_channel_address_key", "consent", ["channel", "address_key"], unique=False)
    op.create_index(op.f("ix_consent_inbound_id"), "consent", ["inbound_id"], unique=False)

    for table, column, kind in ADDED:
        for name, of_database in (("KEY", key), ("DOCUMENT", document), ("INSTANT", instant)):
            kind = kind.replace(name, of_database)
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column} {kind}')
    for table, columns, unique in INDEXED:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=unique)
    _look_up_contacts()


def _look_up_contacts() -> None:
    """Works out by which address and number the contacts there are will be looked up."""
    bind = op.get_bind()
    contact = sa.table(
        "contact",
        sa.column("id", KEY),
        sa.column("email", sa.String),
        sa.column("phone", sa.String),
        sa.column("email_key", sa.String),
        sa.column("phone_key", sa.String),
    )
    known = bind.execute(sa.select(contact.c.id, contact.c.email, contact.c.phone)).all()
    for start in range(0, len(known), 5000):
        keys = [
            {
                "row": row.id,
                "mail": (row.email or "").strip().casefold() or None,
                "call": "".join(digit for digit in row.phone or "" if digit in "0123456789")[-8:] or None,
            }
            for row in known[start : start + 5000]
        ]
        bind.execute(
            contact.update()
            .where(contact.c.id == sa.bindparam("row"))
            .values(email_key=sa.bindparam("mail"), phone_key=sa.bindparam("call")),
            keys,
        )


def downgrade() -> None:
    """Back to the revision before; what came in through intake is lost."""
    if on_postgresql():
        op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table, columns, _unique in reversed(INDEXED):
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
    for table in NEW:
        op.drop_table(table)
    for table, column, _kind in reversed(ADDED):
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column}')
    op.drop_table("article")
