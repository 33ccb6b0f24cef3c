"""News of an appointment, before it is put into words: what happened, to whom it matters, how soon."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dispatch.appointments.telling.texts import Key


@dataclass(frozen=True, slots=True)
class News:
    """What is told about a work order.

    cause: what nobody is told twice. link: which sentence offers the customer's page to who decides. at: when somebody
    is expected. calendar: "REQUEST" or "CANCEL": a calendar file goes with it. urgent: at night too.
    nearby: for those on site alone, not for insurers and dealers. deciding: for who decides alone. link_id: for the
    holder of that link alone. contact_id: for this contact alone.
    """

    key: Key
    work_order_id: int
    cause: str
    appointment_id: int | None = None
    visit_id: int | None = None
    at: datetime | None = None
    link: Key | None = None
    calendar: str | None = None
    urgent: bool = False
    nearby: bool = False
    deciding: bool = False
    link_id: int | None = None
    contact_id: int | None = None

    @property
    def stands_with(self) -> int | None:
        """The appointment without which the news is void; None: it holds whatever becomes of that."""
        return None if self.key is Key.LAPSED else self.appointment_id

    def payload(self) -> dict[str, Any]:
        """As it is kept in the outbox: ids, times and names of texts alone."""
        said = {name: value for name, value in asdict(self).items() if value not in (None, False)}
        return said | ({} if self.at is None else {"at": self.at.isoformat()})

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "News":
        """What `payload` wrote."""
        said = dict(payload)
        for name in ("key", "link"):
            if said.get(name) is not None:
                said[name] = Key(said[name])
        if said.get("at") is not None:
            said["at"] = datetime.fromisoformat(said["at"])
        return cls(**said)
