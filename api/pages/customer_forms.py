"""What customers' forms carry: a token that shows that the page was loaded here for this link, and the windows that it
offered, signed, so that nobody asks for one that was never offered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from dispatch.appointments.holding.wanted import SlotWanted
from dispatch.appointments.links.link_key import LinkKey
from dispatch.appointments.offering.offers import Slot

LASTS: Final = timedelta(hours=2)
"""So long a page may stay open before its form is sent."""


@dataclass(frozen=True, slots=True)
class FormSigner:
    """Signs and reads the forms of one link.

    issued: when the page was loaded, whole seconds of Unix time; it is signed along with everything.
    """

    key: LinkKey
    link_id: int
    issued: int

    @classmethod
    def now(cls, key: LinkKey, link_id: int, now: datetime) -> Self:
        """For a page that is loaded now."""
        return cls(key, link_id, int(now.timestamp()))

    @classmethod
    def of(cls, key: LinkKey, link_id: int, token: str, now: datetime) -> Self | None:
        """For a form that came with this token; None: it is not ours, not this link's, or too old."""
        issued, _, mac = token.partition(".")
        if not (issued.isascii() and issued.isdecimal() and len(issued) <= 12):
            return None
        age = int(now.timestamp()) - int(issued)
        is_ours = key.is_signed(mac, "form", link_id, int(issued))
        return cls(key, link_id, int(issued)) if is_ours and 0 <= age <= LASTS.total_seconds() else None

    @property
    def token(self) -> str:
        """What the form carries."""
        return f"{self.issued}.{self.key.sign('form', self.link_id, self.issued)}"

    def slot_value(self, slot: Slot) -> str:
        """What choosing this window sends; nothing of what it costs us, or who would come."""
        said = f"{slot_key(slot)}.{'-'.join(map(str, slot.visit_ids))}"
        return f"{said}.{self.key.sign('slot', self.link_id, self.issued, said)}"

    def wanted(self, value: str, work_order_id: int) -> SlotWanted | None:
        """The window that was chosen; None: it is none that this page offered."""
        said, _, mac = value.rpartition(".")
        if not self.key.is_signed(mac, "slot", self.link_id, self.issued, said):
            return None
        opens, closes, visits = said.split(".")
        return SlotWanted(
            work_order_id,
            datetime.fromtimestamp(int(opens), UTC),
            datetime.fromtimestamp(int(closes), UTC),
            visit_ids=tuple(int(each) for each in visits.split("-")),
        )


def slot_key(slot: Slot) -> str:
    """Names a window among those of a page."""
    return f"{int(slot.opens_at.timestamp())}.{int(slot.closes_at.timestamp())}"


def key_of_value(value: str) -> str:
    """The key of the window that a form asked for."""
    return ".".join(value.split(".")[:2])
