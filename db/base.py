"""What all tables share: the naming convention, keys, versions and time stamps."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from db.types import Json, Key, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: Json,
        dict[str, int]: Json,
        list[Any]: Json,
        list[str]: Json,
    }


class Keyed:
    """Has an integer primary key."""

    id: Mapped[int] = mapped_column(Key, primary_key=True, sort_order=-1)


class AppendOnly:
    """Is written once: sessions refuse to change or delete it, and so do triggers in the database."""


class Versioned:
    """Carries a version: an edit made against an older one fails (`StaleDataError`)."""

    version: Mapped[int] = mapped_column(nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  (a declared_attr gets the class)
        return {"version_id_col": cls.version}


class Stamped:
    """Knows when it was made and last changed; the session stamps both from its clock."""

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Entity(Keyed, Versioned, Stamped):
    """A row people know of and edit."""
