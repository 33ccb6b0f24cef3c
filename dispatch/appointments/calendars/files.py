"""Calendar files: what stands in an entry, and how entries become a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText

from dispatch.appointments.calendars.zones import vtimezone
from dispatch.appointments.local_time import zone_named

PRODUCT: Final = "-//Dispatch//Appointments//EN"
REFRESH: Final = timedelta(minutes=15)
"""So often a program that follows a feed should ask again."""

MEDIA_TYPE: Final = "text/calendar"


class Method(StrEnum):
    """What the receiver is to do with a file (RFC 5546): take note, keep the appointment, strike it out."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar. uid stays over all changes, sequence rises with each; stamp: when it last changed."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    summary: str
    location: str
    description: str
    stamp: datetime
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """Whose invitation it is, and to whom; e-mail addresses."""

    organiser: str
    organiser_name: str
    attendee: str


def calendar_file(
    entries: Sequence[Entry],
    method: Method = Method.PUBLISH,
    *,
    name: str = "",
    language: str = "en",
    between: Between | None = None,
    follows: bool = False,
) -> bytes:
    """The entries as a file; the same entries give the same bytes.

    between: needed by invitations and their cancellation. follows: whether programs ask for it again and again.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method.value)
    if name:
        made.add("x-wr-calname", vText(name, params={"LANGUAGE": language}))
    if follows:
        made.add("refresh-interval", REFRESH)
        made.add("x-published-ttl", REFRESH)
    for zone in sorted({entry.time_zone for entry in entries}):
        mine = [each for entry in entries if entry.time_zone == zone for each in (entry.starts_at, entry.ends_at)]
        made.add_component(vtimezone(zone, min(mine), max(mine)))
    for entry in entries:
        made.add_component(_event(entry, method, language, between))
    content: bytes = made.to_ical()
    return content


def _event(entry: Entry, method: Method, language: str, between: Between | None) -> Event:
    made, zone = Event(), zone_named(entry.time_zone)
    said = {"LANGUAGE": language}
    made.add("uid", entry.uid)
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.stamp)
    made.add("last-modified", entry.stamp)
    made.add("dtstart", entry.starts_at.astimezone(zone))
    made.add("dtend", entry.ends_at.astimezone(zone))
    made.add("summary", vText(entry.summary, params=said))
    made.add("location", vText(entry.location, params=said))
    made.add("description", vText(entry.description, params=said))
    cancelled = entry.is_cancelled or method is Method.CANCEL
    made.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    made.add("class", "PRIVATE")
    if between is not None:
        _add_people(made, between)
    return made


def _add_people(made: Event, between: Between) -> None:
    organiser = vCalAddress(f"mailto:{between.organiser}")
    if between.organiser_name:
        organiser.params["CN"] = vText(between.organiser_name)
    made.add("organizer", organiser)
    attendee = vCalAddress(f"mailto:{between.attendee}")
    # Nobody need answer the calendar: what counts is said on the page.
    attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    made.add("attendee", attendee)
