"""Who wrote, and about what: contact and organisation, site and equipment. What is not clear is left open."""

from dispatch.intake.resolving.numbers import normal_phone
from dispatch.intake.resolving.places import Whereabouts, require_place, resolve_place
from dispatch.intake.resolving.roles import role_of
from dispatch.intake.resolving.senders import known_contacts, resolve_sender

__all__ = [
    "Whereabouts",
    "known_contacts",
    "normal_phone",
    "require_place",
    "resolve_place",
    "resolve_sender",
    "role_of",
]
