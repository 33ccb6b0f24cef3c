"""What all schemas share: strict types, bounds that the database keeps, no unknown fields."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final, get_type_hints

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

_LARGEST_INT: Final = 2**31 - 1


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("text", "Input should be text in quotes")
    return value


def _in_range(value: datetime) -> datetime:
    if not 1970 <= value.year <= 2200:
        raise PydanticCustomError("instant_range", "Input should lie between the years 1970 and 2200")
    return value.astimezone(UTC)


def _day_in_range(value: date) -> date:
    if not 1900 <= value.year <= 2200:
        raise PydanticCustomError("day_range", "Input should lie between the years 1900 and 2200")
    return value


def _without_zone(value: time) -> time:
    if value.tzinfo is not None or value.microsecond:
        raise PydanticCustomError("local_time", "Input should be a local time without zone and fractions of seconds")
    return value


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_only_text),
    AfterValidator(_in_range),
    Field(strict=False, examples=["2026-03-02T13:30:00Z"]),
]
"""An instant with its offset from UTC (RFC 3339)."""

Day = Annotated[
    date, BeforeValidator(_only_text), AfterValidator(_day_in_range), Field(strict=False, examples=["2026-03-02"])
]
"""A local date."""

LocalTime = Annotated[
    time, BeforeValidator(_only_text), AfterValidator(_without_zone), Field(strict=False, examples=["08:00"])
]
"""A local time of day."""

Ref = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The id of another record."""

Count = Annotated[int, Field(ge=0, le=_LARGEST_INT)]
"""A whole number from 0."""

Amount = Annotated[int, Field(ge=0, le=_LARGEST_INT)]
"""Money in minor units (cents, pesos)."""

Latitude = Annotated[float, Field(ge=-90, le=90, strict=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, strict=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(min_length=1, max_length=32)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ana@example.com"])]
Phone = Annotated[str, Field(min_length=3, max_length=32, examples=["+56 51 255 0100"])]
Language = Annotated[str, Field(min_length=2, max_length=16, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2", examples=["CL"])]
LongText = Annotated[str, Field(max_length=10_000)]


def _refuse_unstorable(value: Any) -> Any:
    """PostgreSQL keeps no NUL in text, and nothing keeps half a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise PydanticCustomError("unstorable", "Text should hold no NUL and no half of a surrogate pair")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)
    return value


class _Storable(BaseModel):
    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        return _refuse_unstorable(data)


class In(_Storable):
    """What comes in: strict types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    def given(self) -> dict[str, Any]:
        """All values, the defaults of what was not said included; for a new record."""
        return self.model_dump()

    def said(self) -> dict[str, Any]:
        """What was said at the top, and nothing else; for an edit."""
        return {name: value for name, value in self.model_dump().items() if name in self.model_fields_set}


def edit_of(schema: type[In], name: str, *, without: tuple[str, ...] = ()) -> type[In]:
    """The schema of an edit: the fields of a new record, each of which may be absent, and then stays as it is.

    without: fields that never change once the record is there.
    """
    hints = get_type_hints(schema, include_extras=True)
    fields: dict[str, Any] = {
        field: (hints[field], Field(default_factory=_absent)) for field in schema.model_fields if field not in without
    }
    made: type[In] = create_model(name, __base__=In, __doc__="Changes; what is absent stays.", **fields)
    return made


def _absent() -> None:
    """The value of a field that was not said; never read, because `said` leaves it out."""


class Query(_Storable):
    """Parameters behind the question mark; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out; what a view holds beyond these fields stays inside."""

    model_config = ConfigDict(extra="ignore")


class EntityOut(Out):
    """A record with its version."""

    id: int = Field(description="The id")
    version: int = Field(description="Rises with each change; also the ETag")
    created_at: datetime = Field(description="When it was made")
    updated_at: datetime = Field(description="When it last changed")
