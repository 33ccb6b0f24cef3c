"""What appointments keep.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

# A running system waits behind a migration that waits for a lock: rather give up soon, and try again when it is quiet.
LOCK_TIMEOUT = "5s"


ADDED = (
    (
        "promise",
        "appointment_id",
        "KEY CONSTRAINT fk_promise_appointment_id_appointment REFERENCES appointment (id)",
    ),
    (
        "promise",
        "standard_id",
        "KEY CONSTRAINT fk_promise_standard_id_service_standard REFERENCES service_standard (id)",
    ),
    (
        "visit_window",
        "appointment_id",
        "KEY CONSTRAINT fk_visit_window_appointment_id_appointment REFERENCES appointment (id)",
    ),
    (
        "plan",
        "duration_model_id",
        "KEY CONSTRAINT fk_plan_duration_model_id_duration_model REFERENCES duration_model (id)",
    ),
    ("work_order", "decider_id", "KEY CONSTRAINT fk_work_order_decider_id_contact REFERENCES contact (id)"),
    ("message", "appointment_id", "KEY CONSTRAINT fk_message_appointment_id_appointment REFERENCES appointment (id)"),
)
"""Columns added in place (table, name, the rest): SQLite would lose CHECKs if a table were copied."""

NEW = (
    "appointment_visit",
    "appointment",
    "visit_link",
    "customer_link",
    "service_standard",
    "webhook_endpoint",
    "slot_policy",
    "duration_model",
)

CLOCK = "clock VARCHAR(32) CONSTRAINT ck_promise_clock_kind CHECK (clock IN ('response', 'repair'))"
"""Which clock a contract deadline is of."""

WRITTEN_ONCE = ("promise", "promise_event")
ONE_STANDARD = (
    ("ix_service_standard_of_all", ["kind"], "work_type_id IS NULL AND contract_id IS NULL"),
    ("ix_service_standard_of_type", ["kind", "work_type_id"], "work_type_id IS NOT NULL AND contract_id IS NULL"),
    ("ix_service_standard_of_contract", ["kind", "contract_id"], "work_type_id IS NULL AND contract_id IS NOT NULL"),
)
"""A unique constraint takes two NULLs for different."""


def keep_written_once() -> None:
    """Triggers that refuse to change or delete rows of the ledger, whoever asks."""
    if on_postgresql():
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_to_edit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION '% is written once and never changed or deleted', TG_TABLE_NAME"
            " USING ERRCODE = 'restrict_violation'; END $$"
        )
    for table in WRITTEN_ONCE:
        if on_postgresql():
            op.execute(
                f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION refuse_to_edit()"
            )
            op.execute(
                f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_edit()"
            )
            continue
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is written once and never changed or deleted'); END"
            )


def let_edit() -> None:
    """Without these triggers."""
    for table in WRITTEN_ONCE:
        for name in ("written_once", "not_emptied") if on_postgresql() else ("no_update", "no_delete"):
            op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if on_postgresql() else ""))
    if on_postgresql():
        op.execute("DROP FUNCTION refuse_to_edit()")


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
    op.create_table(
        "duration_model",
        sa.Column("id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("learned_at", INSTANT, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_duration_model_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duration_model")),
    )
    op.create_index(op.f("ix_duration_model_learned_at"), "duration_model", ["learned_at"], unique=False)
    op.create_index(op.f("ix_duration_model_territory_id"), "duration_model", ["territory_id"], unique=False)

    op.create_table(
        "slot_policy",
        sa.Column("id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=True),
        sa.Column("work_type_id", KEY, nullable=True),
        sa.Column("width_minutes", sa.Integer(), nullable=False),
        sa.Column("most_width_minutes", sa.Integer(), nullable=False),
        sa.Column("same_day_width_minutes", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("reserve_percent", sa.Integer(), nullable=False),
        sa.Column("least_probability", sa.Double(), nullable=False),
        sa.Column("holds_per_customer", sa.Integer(), nullable=False),
        sa.Column("holds_per_site", sa.Integer(), nullable=False),
        sa.Column("break_cost", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("break_cost >= 0", name=op.f("ck_slot_policy_break_cost")),
        sa.CheckConstraint("days BETWEEN 1 AND 60", name=op.f("ck_slot_policy_days")),
        sa.CheckConstraint("hold_minutes BETWEEN 1 AND 120", name=op.f("ck_slot_policy_hold_minutes")),
        sa.CheckConstraint("holds_per_customer >= 1 AND holds_per_site >= 1", name=op.f("ck_slot_policy_holds")),
        sa.CheckConstraint("least_probability BETWEEN 0 AND 1", name=op.f("ck_slot_policy_least_probability")),
        sa.CheckConstraint("most_width_minutes <= 1440", name=op.f("ck_slot_policy_most_width_minutes")),
        sa.CheckConstraint("notice_minutes >= 0", name=op.f("ck_slot_policy_notice_minutes")),
        sa.CheckConstraint("offers BETWEEN 1 AND 100", name=op.f("ck_slot_policy_offers")),
        sa.CheckConstraint("reserve_percent BETWEEN 0 AND 90", name=op.f("ck_slot_policy_reserve_percent")),
        sa.CheckConstraint(
            "same_day_width_minutes BETWEEN 15 AND most_width_minutes",
            name=op.f("ck_slot_policy_same_day_width_minutes"),
        ),
        sa.CheckConstraint(
            "width_minutes BETWEEN 15 AND most_width_minutes", name=op.f("ck_slot_policy_width_minutes")
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_slot_policy_territory_id_territory")),
        sa.ForeignKeyConstraint(["work_type_id"], ["work_type.id"], name=op.f("fk_slot_policy_work_type_id_work_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_policy")),
        sa.UniqueConstraint("territory_id", "work_type_id", name=op.f("uq_slot_policy_territory_id_work_type_id")),
    )
    op.create_index(op.f("ix_slot_policy_territory_id"), "slot_policy", ["territory_id"], unique=False)
    op.create_index(op.f("ix_slot_policy_work_type_id"), "slot_policy", ["work_type_id"], unique=False)

    op.create_table(
        "webhook_endpoint",
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=120), nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("previous_secret", sa.String(length=120), nullable=True),
        sa.Column("previous_until", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_webhook_endpoint_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_index(op.f("ix_webhook_endpoint_organisation_id"), "webhook_endpoint", ["organisation_id"], unique=False)

    op.create_table(
        "service_standard",
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "kind", states("promise_kind", "window", "callback", "part_date", "contract_deadline"), nullable=False
        ),
        sa.Column("work_type_id", KEY, nullable=True),
        sa.Column("contract_id", KEY, nullable=True),
        sa.Column("within_minutes", sa.Integer(), nullable=True),
        sa.Column("in_service_hours", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind <> 'callback' OR within_minutes IS NOT NULL", name=op.f("ck_service_standard_callback")
        ),
        sa.CheckConstraint("within_minutes > 0", name=op.f("ck_service_standard_within_minutes")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_service_standard_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["work_type_id"], ["work_type.id"], name=op.f("fk_service_standard_work_type_id_work_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_standard")),
        sa.UniqueConstraint(
            "kind", "work_type_id", "contract_id", name=op.f("uq_service_standard_kind_work_type_id_contract_id")
        ),
    )
    op.create_index(op.f("ix_service_standard_contract_id"), "service_standard", ["contract_id"], unique=False)
    op.create_index(op.f("ix_service_standard_work_type_id"), "service_standard", ["work_type_id"], unique=False)
    for name, columns, where in ONE_STANDARD:
        op.create_index(
            name,
            "service_standard",
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )

    op.create_table(
        "customer_link",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purpose", states("link_purpose", "appointment", "calendar"), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("work_order_id", KEY, nullable=True),
        sa.Column("conversation_id", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("technician_id", KEY, nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("may_decide", sa.Boolean(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(purpose = 'appointment') = (work_order_id IS NOT NULL)", name=op.f("ck_customer_link_work_order")
        ),
        sa.CheckConstraint("contact_id IS NULL OR technician_id IS NULL", name=op.f("ck_customer_link_whose")),
        sa.CheckConstraint("tries_left >= 0", name=op.f("ck_customer_link_tries_left")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_customer_link_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_customer_link_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_customer_link_made_by_id_user")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_customer_link_technician_id_technician")
        ),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_customer_link_work_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_customer_link_token_sha256")),
    )
    op.create_index(op.f("ix_customer_link_contact_id"), "customer_link", ["contact_id"], unique=False)
    op.create_index(op.f("ix_customer_link_conversation_id"), "customer_link", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_customer_link_made_by_id"), "customer_link", ["made_by_id"], unique=False)
    op.create_index(op.f("ix_customer_link_technician_id"), "customer_link", ["technician_id"], unique=False)
    op.create_index(op.f("ix_customer_link_work_order_id"), "customer_link", ["work_order_id"], unique=False)

    op.create_table(
        "visit_link",
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "kind",
            states("link_kind", "same_start", "precedes", "different_technicians", "same_technician"),
            nullable=False,
        ),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("min_gap_seconds", sa.Integer(), nullable=False),
        sa.Column("max_gap_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint("max_gap_seconds >= min_gap_seconds", name=op.f("ck_visit_link_max_gap_seconds")),
        sa.CheckConstraint("min_gap_seconds >= 0", name=op.f("ck_visit_link_min_gap_seconds")),
        sa.CheckConstraint("visit_id <> other_id", name=op.f("ck_visit_link_two")),
        sa.ForeignKeyConstraint(
            ["other_id"], ["visit.id"], name=op.f("fk_visit_link_other_id_visit"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_link_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_link")),
        sa.UniqueConstraint("kind", "visit_id", "other_id", name=op.f("uq_visit_link_kind_visit_id_other_id")),
    )
    op.create_index(op.f("ix_visit_link_other_id"), "visit_link", ["other_id"], unique=False)
    op.create_index(op.f("ix_visit_link_visit_id"), "visit_link", ["visit_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column(
            "status",
            states("appointment_status", "held", "confirmed", "done", "lapsed", "released", "superseded", "cancelled"),
            nullable=False,
        ),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("local_from", sa.Time(), nullable=False),
        sa.Column("local_by", sa.Time(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("held_until", INSTANT, nullable=True),
        sa.Column("held_by_id", KEY, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("confirmed_by_id", KEY, nullable=True),
        sa.Column("entered_by_id", KEY, nullable=True),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=True,
        ),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_why", sa.String(length=200), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", KEY, nullable=True),
        sa.Column("attending", sa.String(length=200), nullable=True),
        sa.Column("access_notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("status <> 'held' OR held_until IS NOT NULL", name=op.f("ck_appointment_held")),
        sa.CheckConstraint("closes_at >= opens_at", name=op.f("ck_appointment_span")),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name=op.f("ck_appointment_probability")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["contact.id"], name=op.f("fk_appointment_confirmed_by_id_contact")
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_appointment_entered_by_id_user")),
        sa.ForeignKeyConstraint(
            ["held_by_id"], ["customer_link.id"], name=op.f("fk_appointment_held_by_id_customer_link")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["appointment.id"], name=op.f("fk_appointment_supersedes_id_appointment")
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_appointment_territory_id_territory")),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_appointment_work_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("uid", name=op.f("uq_appointment_uid")),
    )
    op.create_index(op.f("ix_appointment_confirmed_by_id"), "appointment", ["confirmed_by_id"], unique=False)
    op.create_index(op.f("ix_appointment_entered_by_id"), "appointment", ["entered_by_id"], unique=False)
    op.create_index(op.f("ix_appointment_held_by_id"), "appointment", ["held_by_id"], unique=False)
    op.create_index(op.f("ix_appointment_local_date"), "appointment", ["local_date"], unique=False)
    op.create_index(op.f("ix_appointment_opens_at"), "appointment", ["opens_at"], unique=False)
    op.create_index(op.f("ix_appointment_status_held_until"), "appointment", ["status", "held_until"], unique=False)
    op.create_index(op.f("ix_appointment_supersedes_id"), "appointment", ["supersedes_id"], unique=True)
    op.create_index(op.f("ix_appointment_territory_id"), "appointment", ["territory_id"], unique=False)
    op.create_index(op.f("ix_appointment_work_order_id"), "appointment", ["work_order_id"], unique=False)

    op.create_table(
        "appointment_visit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("appointment_id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("told_estimate_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_visit_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_appointment_visit_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_visit")),
        sa.UniqueConstraint("appointment_id", "visit_id", name=op.f("uq_appointment_visit_appointment_id_visit_id")),
    )
    op.create_index(
        op.f("ix_appointment_visit_active"),
        "appointment_visit",
        ["visit_id"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.create_index(op.f("ix_appointment_visit_appointment_id"), "appointment_visit", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_appointment_visit_visit_id"), "appointment_visit", ["visit_id"], unique=False)

    key = "BIGINT" if on_postgresql() else "INTEGER"
    for table, column, kind in ADDED:
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column} {kind.replace("KEY", key)}')
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.execute(f"ALTER TABLE promise ADD COLUMN {CLOCK}")
    for added in (
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("calendar", sa.String(length=16), nullable=True),
        sa.Column("link_seed", sa.String(length=64), nullable=True),
    ):
        op.add_column("message", added)
    keep_written_once()


def downgrade() -> None:
    """Back to the revision before; what was appointed is lost."""
    if on_postgresql():
        op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    let_edit()
    for gone in ("link_seed", "calendar", "urgent"):
        op.execute(f"ALTER TABLE message DROP COLUMN {gone}")
    op.execute("ALTER TABLE promise DROP COLUMN clock")
    # Windows of appointments would bind visits that nobody holds any more.
    op.execute("DELETE FROM visit_window WHERE appointment_id IS NOT NULL")
    for table, column, _kind in reversed(ADDED):
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.execute(f'ALTER TABLE "{table}" DROP COLUMN {column}')
    for table in NEW:
        op.drop_table(table)
