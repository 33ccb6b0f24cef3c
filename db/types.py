"""Column types and their shorthands, the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, ForeignKey, Integer, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

Key = BigInteger().with_variant(Integer, "sqlite")
"""Primary and foreign keys. SQLite numbers rows by itself only for a column declared INTEGER."""

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A document that is read and written whole; None is the database's NULL."""


DERIVED: Final[dict[Any, Any]] = {"derived": True}
"""Marks a column whose default is worked out of the row's other columns."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, aware and in UTC. Refuses a datetime without a zone; SQLite keeps it naive, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the database.

        Raises ValueError for a naive datetime.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"{value!r} has no time zone; give an aware datetime, for example datetime(..., tzinfo=UTC)"
            raise ValueError(msg)
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """An aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def state(values: type[StrEnum]) -> Enum:
    """A column type for a `StrEnum`, kept as its value in a VARCHAR with a CHECK."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        name=_snake(values.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def reference(target: str, *, ondelete: str | None = None, **options: Any) -> Mapped[Any]:
    """A foreign key to `target` ("table.column"), indexed."""
    options.setdefault("index", True)
    return mapped_column(Key, ForeignKey(target, ondelete=ondelete), **options)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
