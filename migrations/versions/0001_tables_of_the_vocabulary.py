"""The tables of the vocabulary.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

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
    op.create_table(
        "failed_sign_in",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    op.create_index(op.f("ix_failed_sign_in_at"), "failed_sign_in", ["at"], unique=False)
    op.create_index(op.f("ix_failed_sign_in_subject"), "failed_sign_in", ["subject"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("status", states("job_status", "queued", "running", "done", "failed", "cancelled"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("run_after", INSTANT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("heartbeat_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index("ix_job_next", "job", ["status", "run_after"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_number_series_next_number")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_number_series")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            states(
                "organisation_kind",
                "owner",
                "occupant",
                "dealer",
                "insurer",
                "manufacturer",
                "contractor",
                "supplier",
                "ourselves",
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("number", name=op.f("uq_organisation_number")),
    )
    op.create_index(op.f("ix_organisation_name"), "organisation", ["name"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("available_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("gave_up_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    op.create_index(op.f("ix_outbox_message_topic"), "outbox_message", ["topic"], unique=False)
    op.create_index("ix_outbox_message_waiting", "outbox_message", ["delivered_at", "available_at"], unique=False)
    op.create_table(
        "skill",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("code", name=op.f("uq_skill_code")),
    )
    op.create_table(
        "territory",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
        sa.UniqueConstraint("code", name=op.f("uq_territory_code")),
    )
    op.create_table(
        "work_type",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("equipment_kind", sa.String(length=32), nullable=True),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("setup_seconds", sa.Integer(), nullable=False),
        sa.Column("tools", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("duration_seconds >= 0", name=op.f("ck_work_type_duration_seconds")),
        sa.CheckConstraint("setup_seconds >= 0", name=op.f("ck_work_type_setup_seconds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_type")),
        sa.UniqueConstraint("code", name=op.f("uq_work_type_code")),
    )
    op.create_table(
        "contact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("may_be_written_to", sa.Boolean(), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_email"), "contact", ["email"], unique=False)
    op.create_index(op.f("ix_contact_name"), "contact", ["name"], unique=False)
    op.create_index(op.f("ix_contact_organisation_id"), "contact", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_contact_phone"), "contact", ["phone"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("response_minutes", sa.Integer(), nullable=True),
        sa.Column("repair_minutes", sa.Integer(), nullable=True),
        sa.Column("late_cost_per_hour", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_contract_term")),
        sa.CheckConstraint("repair_minutes > 0", name=op.f("ck_contract_repair_minutes")),
        sa.CheckConstraint("response_minutes > 0", name=op.f("ck_contract_response_minutes")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
    )
    op.create_index(op.f("ix_contract_organisation_id"), "contract", ["organisation_id"], unique=False)
    op.create_table(
        "part",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_cost", sa.Integer(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("manufacturer_id", KEY, nullable=True),
        sa.Column("superseded_by_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_part_unit_cost")),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"], ["organisation.id"], name=op.f("fk_part_manufacturer_id_organisation")
        ),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["part.id"], name=op.f("fk_part_superseded_by_id_part")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("number", name=op.f("uq_part_number")),
    )
    op.create_index(op.f("ix_part_manufacturer_id"), "part", ["manufacturer_id"], unique=False)
    op.create_index(op.f("ix_part_superseded_by_id"), "part", ["superseded_by_id"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("house_number", sa.String(length=16), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("access_notes", sa.Text(), nullable=True),
        sa.Column("opening_hours", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_site_place")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_site_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_site_longitude")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_site_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_name"), "site", ["name"], unique=False)
    op.create_index(op.f("ix_site_organisation_id"), "site", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_site_territory_id"), "site", ["territory_id"], unique=False)
    op.create_table(
        "technician",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("home_latitude", sa.Double(), nullable=True),
        sa.Column("home_longitude", sa.Double(), nullable=True),
        sa.Column("tools", JSON, nullable=False),
        sa.Column("cost_per_travel_hour", sa.Integer(), nullable=False),
        sa.Column("cost_per_duty_hour", sa.Integer(), nullable=False),
        sa.Column("cost_per_overtime_hour", sa.Integer(), nullable=False),
        sa.Column("cost_per_km", sa.Integer(), nullable=False),
        sa.Column("fixed_cost", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("(home_latitude IS NULL) = (home_longitude IS NULL)", name=op.f("ck_technician_home")),
        sa.CheckConstraint("home_latitude BETWEEN -90 AND 90", name=op.f("ck_technician_home_latitude")),
        sa.CheckConstraint("home_longitude BETWEEN -180 AND 180", name=op.f("ck_technician_home_longitude")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_technician_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician")),
        sa.UniqueConstraint("code", name=op.f("uq_technician_code")),
    )
    op.create_index(op.f("ix_technician_name"), "technician", ["name"], unique=False)
    op.create_index(op.f("ix_technician_territory_id"), "technician", ["territory_id"], unique=False)
    op.create_table(
        "warehouse",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("opening_hours", JSON, nullable=False),
        sa.Column("handling_seconds", sa.Integer(), nullable=False),
        sa.Column("tools", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("handling_seconds >= 0", name=op.f("ck_warehouse_handling_seconds")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_warehouse_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_warehouse_longitude")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_warehouse_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
    )
    op.create_index(op.f("ix_warehouse_territory_id"), "warehouse", ["territory_id"], unique=False)
    op.create_table(
        "work_type_skill",
        sa.Column("id", KEY, nullable=False),
        sa.Column("work_type_id", KEY, nullable=False),
        sa.Column("skill_id", KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_work_type_skill_level")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_work_type_skill_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["work_type_id"],
            ["work_type.id"],
            name=op.f("fk_work_type_skill_work_type_id_work_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_type_skill")),
        sa.UniqueConstraint("work_type_id", "skill_id", name=op.f("uq_work_type_skill_work_type_id_skill_id")),
    )
    op.create_index(op.f("ix_work_type_skill_skill_id"), "work_type_skill", ["skill_id"], unique=False)
    op.create_index(op.f("ix_work_type_skill_work_type_id"), "work_type_skill", ["work_type_id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("technician_id", KEY, nullable=False),
        sa.Column("kind", states("absence_kind", "holiday", "sickness", "training", "other"), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_span")),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_absence_technician_id_technician")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_starts_at"), "absence", ["starts_at"], unique=False)
    op.create_index(op.f("ix_absence_technician_id"), "absence", ["technician_id"], unique=False)
    op.create_table(
        "contract_hours",
        sa.Column("id", KEY, nullable=False),
        sa.Column("contract_id", KEY, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_contract_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_hours_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_hours")),
        sa.UniqueConstraint(
            "contract_id", "weekday", "opens", name=op.f("uq_contract_hours_contract_id_weekday_opens")
        ),
    )
    op.create_index(op.f("ix_contract_hours_contract_id"), "contract_hours", ["contract_id"], unique=False)
    op.create_table(
        "equipment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("manufacturer_id", KEY, nullable=True),
        sa.Column("replaced_by_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("label_code", sa.String(length=32), nullable=False),
        sa.Column("position", sa.String(length=200), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("warranty_until", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"], ["organisation.id"], name=op.f("fk_equipment_manufacturer_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["equipment.id"], name=op.f("fk_equipment_replaced_by_id_equipment")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_equipment_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("label_code", name=op.f("uq_equipment_label_code")),
        sa.UniqueConstraint("manufacturer_id", "serial", name=op.f("uq_equipment_manufacturer_id_serial")),
    )
    op.create_index(op.f("ix_equipment_kind"), "equipment", ["kind"], unique=False)
    op.create_index(op.f("ix_equipment_manufacturer_id"), "equipment", ["manufacturer_id"], unique=False)
    op.create_index(op.f("ix_equipment_replaced_by_id"), "equipment", ["replaced_by_id"], unique=False)
    op.create_index(op.f("ix_equipment_serial"), "equipment", ["serial"], unique=False)
    op.create_index(op.f("ix_equipment_site_id"), "equipment", ["site_id"], unique=False)
    op.create_table(
        "part_substitute",
        sa.Column("id", KEY, nullable=False),
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("substitute_id", KEY, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("part_id <> substitute_id", name=op.f("ck_part_substitute_not_itself")),
        sa.ForeignKeyConstraint(
            ["part_id"], ["part.id"], name=op.f("fk_part_substitute_part_id_part"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["part.id"], name=op.f("fk_part_substitute_substitute_id_part"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_substitute")),
        sa.UniqueConstraint("part_id", "substitute_id", name=op.f("uq_part_substitute_part_id_substitute_id")),
    )
    op.create_index(op.f("ix_part_substitute_part_id"), "part_substitute", ["part_id"], unique=False)
    op.create_index(op.f("ix_part_substitute_substitute_id"), "part_substitute", ["substitute_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", KEY, nullable=False),
        sa.Column("technician_id", KEY, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("max_overtime_seconds", sa.Integer(), nullable=False),
        sa.Column("start_latitude", sa.Double(), nullable=True),
        sa.Column("start_longitude", sa.Double(), nullable=True),
        sa.Column("end_latitude", sa.Double(), nullable=True),
        sa.Column("end_longitude", sa.Double(), nullable=True),
        sa.Column("returns", sa.Boolean(), nullable=False),
        sa.Column("leaves_at_start", sa.Boolean(), nullable=False),
        sa.Column("max_visits", sa.Integer(), nullable=True),
        sa.Column("max_travel_seconds", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("(end_latitude IS NULL) = (end_longitude IS NULL)", name=op.f("ck_shift_end_place")),
        sa.CheckConstraint("(start_latitude IS NULL) = (start_longitude IS NULL)", name=op.f("ck_shift_start_place")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_span")),
        sa.CheckConstraint("max_overtime_seconds >= 0", name=op.f("ck_shift_max_overtime_seconds")),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_shift_technician_id_technician")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint("technician_id", "starts_at", name=op.f("uq_shift_technician_id_starts_at")),
    )
    op.create_index(op.f("ix_shift_local_date"), "shift", ["local_date"], unique=False)
    op.create_index(op.f("ix_shift_technician_id"), "shift", ["technician_id"], unique=False)
    op.create_table(
        "site_contact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("contact_id", KEY, nullable=False),
        sa.Column(
            "role",
            states("party_role", "reporter", "occupant", "owner", "payer", "insurer", "dealer", "access_holder"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_site_contact_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_site_contact_site_id_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_contact")),
        sa.UniqueConstraint("site_id", "contact_id", "role", name=op.f("uq_site_contact_site_id_contact_id_role")),
    )
    op.create_index(op.f("ix_site_contact_contact_id"), "site_contact", ["contact_id"], unique=False)
    op.create_index(op.f("ix_site_contact_site_id"), "site_contact", ["site_id"], unique=False)
    op.create_table(
        "technician_skill",
        sa.Column("id", KEY, nullable=False),
        sa.Column("technician_id", KEY, nullable=False),
        sa.Column("skill_id", KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_technician_skill_level")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_technician_skill_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technician.id"],
            name=op.f("fk_technician_skill_technician_id_technician"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technician_skill")),
        sa.UniqueConstraint("technician_id", "skill_id", name=op.f("uq_technician_skill_technician_id_skill_id")),
    )
    op.create_index(op.f("ix_technician_skill_skill_id"), "technician_skill", ["skill_id"], unique=False)
    op.create_index(op.f("ix_technician_skill_technician_id"), "technician_skill", ["technician_id"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "role",
            states("role", "scheduler", "technician", "call_taker", "integrator", "administrator"),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("technician_id", KEY, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("(role = 'technician') = (technician_id IS NOT NULL)", name=op.f("ck_user_technician")),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_user_technician_id_technician")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_index(op.f("ix_user_technician_id"), "user", ["technician_id"], unique=True)
    op.create_table(
        "van_stock",
        sa.Column("id", KEY, nullable=False),
        sa.Column("technician_id", KEY, nullable=False),
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.CheckConstraint("maximum IS NULL OR maximum >= minimum", name=op.f("ck_van_stock_maximum")),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_van_stock_minimum")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_van_stock_quantity")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_van_stock_part_id_part")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_van_stock_technician_id_technician"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_van_stock")),
        sa.UniqueConstraint("technician_id", "part_id", name=op.f("uq_van_stock_technician_id_part_id")),
    )
    op.create_index(op.f("ix_van_stock_part_id"), "van_stock", ["part_id"], unique=False)
    op.create_index(op.f("ix_van_stock_technician_id"), "van_stock", ["technician_id"], unique=False)
    op.create_table(
        "warehouse_stock",
        sa.Column("id", KEY, nullable=False),
        sa.Column("warehouse_id", KEY, nullable=False),
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_warehouse_stock_quantity")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_warehouse_stock_part_id_part")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.id"],
            name=op.f("fk_warehouse_stock_warehouse_id_warehouse"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse_stock")),
        sa.UniqueConstraint("warehouse_id", "part_id", name=op.f("uq_warehouse_stock_warehouse_id_part_id")),
    )
    op.create_index(op.f("ix_warehouse_stock_part_id"), "warehouse_stock", ["part_id"], unique=False)
    op.create_index(op.f("ix_warehouse_stock_warehouse_id"), "warehouse_stock", ["warehouse_id"], unique=False)
    op.create_table(
        "work_type_part",
        sa.Column("id", KEY, nullable=False),
        sa.Column("work_type_id", KEY, nullable=False),
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_work_type_part_quantity")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_work_type_part_part_id_part")),
        sa.ForeignKeyConstraint(
            ["work_type_id"],
            ["work_type.id"],
            name=op.f("fk_work_type_part_work_type_id_work_type"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_type_part")),
        sa.UniqueConstraint("work_type_id", "part_id", name=op.f("uq_work_type_part_work_type_id_part_id")),
    )
    op.create_index(op.f("ix_work_type_part_part_id"), "work_type_part", ["part_id"], unique=False)
    op.create_index(op.f("ix_work_type_part_work_type_id"), "work_type_part", ["work_type_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Integer(), nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_audit_entry_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_row", "audit_entry", ["entity", "entity_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_user_id"), "audit_entry", ["user_id"], unique=False)
    op.create_table(
        "contract_equipment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("contract_id", KEY, nullable=False),
        sa.Column("equipment_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_contract_equipment_contract_id_contract"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.id"], name=op.f("fk_contract_equipment_equipment_id_equipment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_equipment")),
        sa.UniqueConstraint("contract_id", "equipment_id", name=op.f("uq_contract_equipment_contract_id_equipment_id")),
    )
    op.create_index(op.f("ix_contract_equipment_contract_id"), "contract_equipment", ["contract_id"], unique=False)
    op.create_index(op.f("ix_contract_equipment_equipment_id"), "contract_equipment", ["equipment_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_device_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_user_id"), "device", ["user_id"], unique=False)
    op.create_table(
        "idempotency_record",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_idempotency_record_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_record")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_record_user_id_key")),
    )
    op.create_index(op.f("ix_idempotency_record_created_at"), "idempotency_record", ["created_at"], unique=False)
    op.create_index(op.f("ix_idempotency_record_user_id"), "idempotency_record", ["user_id"], unique=False)
    op.create_table(
        "inspection_due",
        sa.Column("id", KEY, nullable=False),
        sa.Column("contract_id", KEY, nullable=False),
        sa.Column("equipment_id", KEY, nullable=False),
        sa.Column("work_type_id", KEY, nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("last_done_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("interval_days > 0", name=op.f("ck_inspection_due_interval_days")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_inspection_due_contract_id_contract"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.id"], name=op.f("fk_inspection_due_equipment_id_equipment")
        ),
        sa.ForeignKeyConstraint(
            ["work_type_id"], ["work_type.id"], name=op.f("fk_inspection_due_work_type_id_work_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_due")),
        sa.UniqueConstraint(
            "contract_id",
            "equipment_id",
            "work_type_id",
            name=op.f("uq_inspection_due_contract_id_equipment_id_work_type_id"),
        ),
    )
    op.create_index(op.f("ix_inspection_due_contract_id"), "inspection_due", ["contract_id"], unique=False)
    op.create_index(op.f("ix_inspection_due_equipment_id"), "inspection_due", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_inspection_due_work_type_id"), "inspection_due", ["work_type_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("published_by_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["published_by_id"], ["user.id"], name=op.f("fk_plan_published_by_id_user")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_plan_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("territory_id", "local_date", name=op.f("uq_plan_territory_id_local_date")),
    )
    op.create_index(op.f("ix_plan_local_date"), "plan", ["local_date"], unique=False)
    op.create_index(op.f("ix_plan_published_by_id"), "plan", ["published_by_id"], unique=False)
    op.create_index(op.f("ix_plan_territory_id"), "plan", ["territory_id"], unique=False)
    op.create_table(
        "planning_run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column(
            "status", states("run_status", "queued", "running", "succeeded", "failed", "cancelled"), nullable=False
        ),
        sa.Column("requested_by_id", KEY, nullable=True),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("cancel_requested_at", INSTANT, nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("limits", JSON, nullable=False),
        sa.Column("base", JSON, nullable=False),
        sa.Column("horizon_starts_at", INSTANT, nullable=True),
        sa.Column("problem", sa.LargeBinary(), nullable=True),
        sa.Column("problem_sha256", sa.String(length=64), nullable=True),
        sa.Column("solution", sa.LargeBinary(), nullable=True),
        sa.Column("cost", JSON, nullable=True),
        sa.Column("stages", JSON, nullable=False),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("progress", JSON, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_planning_run_requested_by_id_user")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_planning_run_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_run")),
    )
    op.create_index(op.f("ix_planning_run_local_date"), "planning_run", ["local_date"], unique=False)
    op.create_index(op.f("ix_planning_run_requested_by_id"), "planning_run", ["requested_by_id"], unique=False)
    op.create_index(op.f("ix_planning_run_status"), "planning_run", ["status"], unique=False)
    op.create_index(op.f("ix_planning_run_territory_id"), "planning_run", ["territory_id"], unique=False)
    op.create_table(
        "shift_break",
        sa.Column("id", KEY, nullable=False),
        sa.Column("shift_id", KEY, nullable=False),
        sa.Column("earliest_at", INSTANT, nullable=False),
        sa.Column("latest_at", INSTANT, nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.CheckConstraint("duration_seconds >= 0", name=op.f("ck_shift_break_duration_seconds")),
        sa.CheckConstraint("latest_at >= earliest_at", name=op.f("ck_shift_break_span")),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_shift_break_shift_id_shift"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_break")),
    )
    op.create_index(op.f("ix_shift_break_shift_id"), "shift_break", ["shift_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_sign_in_secret_sha256")),
    )
    op.create_index(op.f("ix_sign_in_expires_at"), "sign_in", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=False,
        ),
        sa.Column("status", states("ticket_status", "new", "open", "resolved", "closed"), nullable=False),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("site_id", KEY, nullable=True),
        sa.Column("equipment_id", KEY, nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ticket_contact_id_contact")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_ticket_equipment_id_equipment")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_ticket_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
    )
    op.create_index(op.f("ix_ticket_contact_id"), "ticket", ["contact_id"], unique=False)
    op.create_index(op.f("ix_ticket_equipment_id"), "ticket", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_ticket_organisation_id"), "ticket", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_ticket_received_at"), "ticket", ["received_at"], unique=False)
    op.create_index(op.f("ix_ticket_site_id"), "ticket", ["site_id"], unique=False)
    op.create_index(op.f("ix_ticket_status"), "ticket", ["status"], unique=False)
    op.create_table(
        "user_territory",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territory.id"],
            name=op.f("fk_user_territory_territory_id_territory"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_territory_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_territory")),
        sa.UniqueConstraint("user_id", "territory_id", name=op.f("uq_user_territory_user_id_territory_id")),
    )
    op.create_index(op.f("ix_user_territory_territory_id"), "user_territory", ["territory_id"], unique=False)
    op.create_index(op.f("ix_user_territory_user_id"), "user_territory", ["user_id"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("work_type_id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("equipment_id", KEY, nullable=True),
        sa.Column("contract_id", KEY, nullable=True),
        sa.Column("payer_id", KEY, nullable=True),
        sa.Column(
            "status",
            states(
                "work_order_status",
                "draft",
                "ready",
                "planned",
                "in_progress",
                "done",
                "cancelled",
                "waiting_for_parts",
                "waiting_for_customer",
            ),
            nullable=False,
        ),
        sa.Column("priority", states("priority", "emergency", "high", "normal", "low"), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("repair_due_at", INSTANT, nullable=True),
        sa.Column("unserved_cost", sa.Integer(), nullable=True),
        sa.Column("late_cost_per_hour", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("unserved_cost >= 0", name=op.f("ck_work_order_unserved_cost")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_work_order_contract_id_contract")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_work_order_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["payer_id"], ["organisation.id"], name=op.f("fk_work_order_payer_id_organisation")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_work_order_site_id_site")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_work_order_territory_id_territory")),
        sa.ForeignKeyConstraint(["work_type_id"], ["work_type.id"], name=op.f("fk_work_order_work_type_id_work_type")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("number", name=op.f("uq_work_order_number")),
    )
    op.create_index(op.f("ix_work_order_contract_id"), "work_order", ["contract_id"], unique=False)
    op.create_index(op.f("ix_work_order_due_at"), "work_order", ["due_at"], unique=False)
    op.create_index(op.f("ix_work_order_equipment_id"), "work_order", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_work_order_payer_id"), "work_order", ["payer_id"], unique=False)
    op.create_index(op.f("ix_work_order_reported_at"), "work_order", ["reported_at"], unique=False)
    op.create_index(op.f("ix_work_order_site_id"), "work_order", ["site_id"], unique=False)
    op.create_index(op.f("ix_work_order_status"), "work_order", ["status"], unique=False)
    op.create_index(op.f("ix_work_order_territory_id"), "work_order", ["territory_id"], unique=False)
    op.create_index(op.f("ix_work_order_work_type_id"), "work_order", ["work_type_id"], unique=False)
    op.create_table(
        "access_token",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("device_id", KEY, nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_access_token_device_id_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_access_token_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_access_token_token_sha256")),
    )
    op.create_index(op.f("ix_access_token_device_id"), "access_token", ["device_id"], unique=False)
    op.create_index(op.f("ix_access_token_user_id"), "access_token", ["user_id"], unique=False)
    op.create_table(
        "clock_pause",
        sa.Column("id", KEY, nullable=False),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("clock", states("clock_kind", "response", "repair"), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_clock_pause_span")),
        sa.ForeignKeyConstraint(
            ["work_order_id"],
            ["work_order.id"],
            name=op.f("fk_clock_pause_work_order_id_work_order"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pause")),
    )
    op.create_index(op.f("ix_clock_pause_work_order_id"), "clock_pause", ["work_order_id"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_conversation_contact_id_contact")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_conversation_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_contact_id"), "conversation", ["contact_id"], unique=False)
    op.create_index(op.f("ix_conversation_ticket_id"), "conversation", ["ticket_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("planning_run_id", KEY, nullable=False),
        sa.Column("territory_id", KEY, nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("status", states("proposal_status", "open", "applied", "dropped"), nullable=False),
        sa.Column("routes", JSON, nullable=False),
        sa.Column("left_out", JSON, nullable=False),
        sa.Column("cost", JSON, nullable=False),
        sa.Column("summary", JSON, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by_id", KEY, nullable=True),
        sa.Column("kept_routes", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_proposal_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["planning_run_id"], ["planning_run.id"], name=op.f("fk_proposal_planning_run_id_planning_run")
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_proposal_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_decided_by_id"), "proposal", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_proposal_local_date"), "proposal", ["local_date"], unique=False)
    op.create_index(op.f("ix_proposal_planning_run_id"), "proposal", ["planning_run_id"], unique=True)
    op.create_index(op.f("ix_proposal_territory_id"), "proposal", ["territory_id"], unique=False)
    op.create_table(
        "route",
        sa.Column("id", KEY, nullable=False),
        sa.Column("plan_id", KEY, nullable=False),
        sa.Column("shift_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("departs_at", INSTANT, nullable=True),
        sa.Column("returns_at", INSTANT, nullable=True),
        sa.Column("travel_seconds", sa.Integer(), nullable=False),
        sa.Column("travel_metres", sa.Integer(), nullable=False),
        sa.Column("cost", JSON, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_route_plan_id_plan"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_route_shift_id_shift")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
    )
    op.create_index(op.f("ix_route_plan_id"), "route", ["plan_id"], unique=False)
    op.create_index(op.f("ix_route_shift_id"), "route", ["shift_id"], unique=True)
    op.create_table(
        "ticket_membership",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.CheckConstraint("left_at IS NULL OR left_at >= joined_at", name=op.f("ck_ticket_membership_span")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_membership_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_ticket_membership_work_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_membership")),
    )
    op.create_index(op.f("ix_ticket_membership_ticket_id"), "ticket_membership", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_ticket_membership_work_order_id"), "ticket_membership", ["work_order_id"], unique=False)
    op.create_index(
        "uq_ticket_membership_current",
        "ticket_membership",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "visit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            states(
                "visit_status",
                "unscheduled",
                "scheduled",
                "dispatched",
                "travelling",
                "on_site",
                "completed",
                "incomplete",
                "cancelled",
            ),
            nullable=False,
        ),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("setup_seconds", sa.Integer(), nullable=False),
        sa.Column("tools", JSON, nullable=False),
        sa.Column("earliest_at", INSTANT, nullable=True),
        sa.Column("finish_by", INSTANT, nullable=True),
        sa.Column("pinned_shift_id", KEY, nullable=True),
        sa.Column("pinned_start_at", INSTANT, nullable=True),
        sa.Column("technician_id", KEY, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("incomplete_reason", sa.String(length=200), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("follow_up_of_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "status <> 'incomplete' OR incomplete_reason IS NOT NULL", name=op.f("ck_visit_incomplete_reason")
        ),
        sa.CheckConstraint("duration_seconds >= 0", name=op.f("ck_visit_duration_seconds")),
        sa.CheckConstraint("pinned_start_at IS NULL OR pinned_shift_id IS NOT NULL", name=op.f("ck_visit_pinned")),
        sa.CheckConstraint("setup_seconds >= 0", name=op.f("ck_visit_setup_seconds")),
        sa.ForeignKeyConstraint(["follow_up_of_id"], ["visit.id"], name=op.f("fk_visit_follow_up_of_id_visit")),
        sa.ForeignKeyConstraint(["pinned_shift_id"], ["shift.id"], name=op.f("fk_visit_pinned_shift_id_shift")),
        sa.ForeignKeyConstraint(["technician_id"], ["technician.id"], name=op.f("fk_visit_technician_id_technician")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_visit_work_order_id_work_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("work_order_id", "sequence", name=op.f("uq_visit_work_order_id_sequence")),
    )
    op.create_index(op.f("ix_visit_follow_up_of_id"), "visit", ["follow_up_of_id"], unique=False)
    op.create_index(op.f("ix_visit_pinned_shift_id"), "visit", ["pinned_shift_id"], unique=False)
    op.create_index(op.f("ix_visit_started_at"), "visit", ["started_at"], unique=False)
    op.create_index(op.f("ix_visit_status"), "visit", ["status"], unique=False)
    op.create_index(op.f("ix_visit_technician_id"), "visit", ["technician_id"], unique=False)
    op.create_index(op.f("ix_visit_work_order_id"), "visit", ["work_order_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("direction", states("direction", "inbound", "outbound"), nullable=False),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=False,
        ),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_conversation_id"), "message", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_message_said_at"), "message", ["said_at"], unique=False)
    op.create_table(
        "promise",
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "kind", states("promise_kind", "window", "callback", "part_date", "contract_deadline"), nullable=False
        ),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("local_from", sa.Time(), nullable=True),
        sa.Column("local_by", sa.Time(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("from_at", INSTANT, nullable=True),
        sa.Column("by_at", INSTANT, nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column(
            "channel",
            states("channel", "phone", "email", "portal", "web_form", "text", "chat", "telemetry"),
            nullable=True,
        ),
        sa.Column("supersedes_id", KEY, nullable=True),
        sa.CheckConstraint("from_at IS NULL OR by_at >= from_at", name=op.f("ck_promise_span")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_promise_contact_id_contact")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_promise_made_by_id_user")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_promise_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["promise.id"], name=op.f("fk_promise_supersedes_id_promise")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_promise_visit_id_visit")),
        sa.ForeignKeyConstraint(["work_order_id"], ["work_order.id"], name=op.f("fk_promise_work_order_id_work_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index(op.f("ix_promise_by_at"), "promise", ["by_at"], unique=False)
    op.create_index(op.f("ix_promise_contact_id"), "promise", ["contact_id"], unique=False)
    op.create_index(op.f("ix_promise_made_by_id"), "promise", ["made_by_id"], unique=False)
    op.create_index(op.f("ix_promise_organisation_id"), "promise", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_promise_supersedes_id"), "promise", ["supersedes_id"], unique=True)
    op.create_index(op.f("ix_promise_visit_id"), "promise", ["visit_id"], unique=False)
    op.create_index(op.f("ix_promise_work_order_id"), "promise", ["work_order_id"], unique=False)
    op.create_table(
        "stock_movement",
        sa.Column("id", KEY, nullable=False),
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", states("movement_kind", "receipt", "transfer", "use", "return", "count"), nullable=False),
        sa.Column("from_warehouse_id", KEY, nullable=True),
        sa.Column("from_technician_id", KEY, nullable=True),
        sa.Column("to_warehouse_id", KEY, nullable=True),
        sa.Column("to_technician_id", KEY, nullable=True),
        sa.Column("visit_id", KEY, nullable=True),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "from_warehouse_id IS NULL OR from_technician_id IS NULL", name=op.f("ck_stock_movement_one_source")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_movement_quantity")),
        sa.CheckConstraint(
            "to_warehouse_id IS NULL OR to_technician_id IS NULL", name=op.f("ck_stock_movement_one_target")
        ),
        sa.ForeignKeyConstraint(
            ["from_technician_id"], ["technician.id"], name=op.f("fk_stock_movement_from_technician_id_technician")
        ),
        sa.ForeignKeyConstraint(
            ["from_warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_movement_from_warehouse_id_warehouse")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_stock_movement_part_id_part")),
        sa.ForeignKeyConstraint(
            ["to_technician_id"], ["technician.id"], name=op.f("fk_stock_movement_to_technician_id_technician")
        ),
        sa.ForeignKeyConstraint(
            ["to_warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_movement_to_warehouse_id_warehouse")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_stock_movement_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index(
        op.f("ix_stock_movement_from_technician_id"), "stock_movement", ["from_technician_id"], unique=False
    )
    op.create_index(op.f("ix_stock_movement_from_warehouse_id"), "stock_movement", ["from_warehouse_id"], unique=False)
    op.create_index(op.f("ix_stock_movement_moved_at"), "stock_movement", ["moved_at"], unique=False)
    op.create_index(op.f("ix_stock_movement_part_id"), "stock_movement", ["part_id"], unique=False)
    op.create_index(op.f("ix_stock_movement_to_technician_id"), "stock_movement", ["to_technician_id"], unique=False)
    op.create_index(op.f("ix_stock_movement_to_warehouse_id"), "stock_movement", ["to_warehouse_id"], unique=False)
    op.create_index(op.f("ix_stock_movement_visit_id"), "stock_movement", ["visit_id"], unique=False)
    op.create_table(
        "stop",
        sa.Column("id", KEY, nullable=False),
        sa.Column("route_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", states("stop_kind", "visit", "break", "warehouse"), nullable=False),
        sa.Column("visit_id", KEY, nullable=True),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.Column("shift_break_id", KEY, nullable=True),
        sa.Column("arrives_at", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("departs_at", INSTANT, nullable=False),
        sa.Column("load", JSON, nullable=True),
        sa.CheckConstraint("(kind = 'break') = (shift_break_id IS NOT NULL)", name=op.f("ck_stop_shift_break")),
        sa.CheckConstraint("(kind = 'visit') = (visit_id IS NOT NULL)", name=op.f("ck_stop_visit")),
        sa.CheckConstraint("(kind = 'warehouse') = (warehouse_id IS NOT NULL)", name=op.f("ck_stop_warehouse")),
        sa.CheckConstraint("arrives_at <= starts_at AND starts_at <= departs_at", name=op.f("ck_stop_order")),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_stop_route_id_route"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["shift_break_id"], ["shift_break.id"], name=op.f("fk_stop_shift_break_id_shift_break")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_stop_visit_id_visit")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stop_warehouse_id_warehouse")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
        sa.UniqueConstraint("route_id", "position", name=op.f("uq_stop_route_id_position")),
    )
    op.create_index(op.f("ix_stop_route_id"), "stop", ["route_id"], unique=False)
    op.create_index(op.f("ix_stop_shift_break_id"), "stop", ["shift_break_id"], unique=False)
    op.create_index(op.f("ix_stop_visit_id"), "stop", ["visit_id"], unique=True)
    op.create_index(op.f("ix_stop_warehouse_id"), "stop", ["warehouse_id"], unique=False)
    op.create_table(
        "visit_part",
        sa.Column("id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("part_id", KEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_visit_part_quantity")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_visit_part_used")),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_visit_part_part_id_part")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_part_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_part")),
        sa.UniqueConstraint("visit_id", "part_id", name=op.f("uq_visit_part_visit_id_part_id")),
    )
    op.create_index(op.f("ix_visit_part_part_id"), "visit_part", ["part_id"], unique=False)
    op.create_index(op.f("ix_visit_part_visit_id"), "visit_part", ["visit_id"], unique=False)
    op.create_table(
        "visit_skill",
        sa.Column("id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("skill_id", KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_visit_skill_level")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_visit_skill_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_skill_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_skill")),
        sa.UniqueConstraint("visit_id", "skill_id", name=op.f("uq_visit_skill_visit_id_skill_id")),
    )
    op.create_index(op.f("ix_visit_skill_skill_id"), "visit_skill", ["skill_id"], unique=False)
    op.create_index(op.f("ix_visit_skill_visit_id"), "visit_skill", ["visit_id"], unique=False)
    op.create_table(
        "visit_technician",
        sa.Column("id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("technician_id", KEY, nullable=False),
        sa.Column("preference", states("preference", "only", "never", "preferred"), nullable=False),
        sa.Column("saving", sa.Integer(), nullable=False),
        sa.CheckConstraint("saving >= 0", name=op.f("ck_visit_technician_saving")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technician.id"], name=op.f("fk_visit_technician_technician_id_technician")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_technician_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_technician")),
        sa.UniqueConstraint("visit_id", "technician_id", name=op.f("uq_visit_technician_visit_id_technician_id")),
    )
    op.create_index(op.f("ix_visit_technician_technician_id"), "visit_technician", ["technician_id"], unique=False)
    op.create_index(op.f("ix_visit_technician_visit_id"), "visit_technician", ["visit_id"], unique=False)
    op.create_table(
        "visit_window",
        sa.Column("id", KEY, nullable=False),
        sa.Column("visit_id", KEY, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.CheckConstraint("closes_at >= opens_at", name=op.f("ck_visit_window_span")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_window_visit_id_visit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_window")),
    )
    op.create_index(op.f("ix_visit_window_visit_id"), "visit_window", ["visit_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("work_order_id", KEY, nullable=True),
        sa.Column("visit_id", KEY, nullable=True),
        sa.Column("equipment_id", KEY, nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_attachment_sha256")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_attachment_size_bytes")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.id"], name=op.f("fk_attachment_equipment_id_equipment")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attachment_message_id_message")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_attachment_visit_id_visit")),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_order.id"], name=op.f("fk_attachment_work_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_equipment_id"), "attachment", ["equipment_id"], unique=False)
    op.create_index(op.f("ix_attachment_message_id"), "attachment", ["message_id"], unique=False)
    op.create_index(op.f("ix_attachment_sha256"), "attachment", ["sha256"], unique=False)
    op.create_index(op.f("ix_attachment_ticket_id"), "attachment", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_attachment_visit_id"), "attachment", ["visit_id"], unique=False)
    op.create_index(op.f("ix_attachment_work_order_id"), "attachment", ["work_order_id"], unique=False)
    op.create_table(
        "promise_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("promise_id", KEY, nullable=False),
        sa.Column("outcome", states("promise_outcome", "kept", "broken", "released"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name=op.f("fk_promise_event_promise_id_promise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_event")),
    )
    op.create_index(op.f("ix_promise_event_promise_id"), "promise_event", ["promise_id"], unique=True)
    if on_postgresql():
        # Nobody is at two stops at once. Checked at commit, so that stops may be rewritten one by one; the range of a
        # single key stands in for its equality, which GiST knows only with an extension.
        op.execute(
            "ALTER TABLE stop ADD CONSTRAINT ex_stop_overlap EXCLUDE USING gist"
            " (int8range(route_id, route_id, '[]') WITH &&, tstzrange(starts_at, departs_at) WITH &&)"
            " DEFERRABLE INITIALLY DEFERRED"
        )


def downgrade() -> None:
    """Back to the revision before."""
    if on_postgresql():
        op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.drop_table("promise_event")
    op.drop_table("attachment")
    op.drop_table("visit_window")
    op.drop_table("visit_technician")
    op.drop_table("visit_skill")
    op.drop_table("visit_part")
    op.drop_table("stop")
    op.drop_table("stock_movement")
    op.drop_table("promise")
    op.drop_table("message")
    op.drop_table("visit")
    op.drop_table("ticket_membership")
    op.drop_table("route")
    op.drop_table("proposal")
    op.drop_table("conversation")
    op.drop_table("clock_pause")
    op.drop_table("access_token")
    op.drop_table("work_order")
    op.drop_table("user_territory")
    op.drop_table("ticket")
    op.drop_table("sign_in")
    op.drop_table("shift_break")
    op.drop_table("planning_run")
    op.drop_table("plan")
    op.drop_table("inspection_due")
    op.drop_table("idempotency_record")
    op.drop_table("device")
    op.drop_table("contract_equipment")
    op.drop_table("audit_entry")
    op.drop_table("work_type_part")
    op.drop_table("warehouse_stock")
    op.drop_table("van_stock")
    op.drop_table("user")
    op.drop_table("technician_skill")
    op.drop_table("site_contact")
    op.drop_table("shift")
    op.drop_table("part_substitute")
    op.drop_table("equipment")
    op.drop_table("contract_hours")
    op.drop_table("absence")
    op.drop_table("work_type_skill")
    op.drop_table("warehouse")
    op.drop_table("technician")
    op.drop_table("site")
    op.drop_table("part")
    op.drop_table("contract")
    op.drop_table("contact")
    op.drop_table("work_type")
    op.drop_table("territory")
    op.drop_table("skill")
    op.drop_table("outbox_message")
    op.drop_table("organisation")
    op.drop_table("number_series")
    op.drop_table("job")
    op.drop_table("failed_sign_in")
