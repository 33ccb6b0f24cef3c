"""What somebody is in a matter, by what they call themselves, in English, Spanish or German."""

import re
from typing import Final

from db.models import OrganisationKind, PartyRole
from dispatch.intake.resolving.words import plain

_WORDS: Final = {
    PartyRole.OCCUPANT: (
        r"tenant|occupant|resident|renter|inquilin[oa]|arrendatari[oa]|residente|mieter(in)?|bewohner(in)?"
    ),
    PartyRole.OWNER: r"owner|landlord|landlady|propietari[oa]|duen[oa]|eigentumer(in)?|vermieter(in)?",
    PartyRole.PAYER: r"payer|accounts payable|pagador|contabilidad|buchhaltung|rechnungsempfanger",
    PartyRole.INSURER: r"insur\w+|claims?|asegurador\w*|seguros?|versicher\w+|schadenregulier\w+",
    PartyRole.DEALER: r"dealer|reseller|distribuidor\w*|handler(in)?",
    PartyRole.ACCESS_HOLDER: (
        r"caretaker|janitor|concierge|porter|doorman|keyholder|access holder|conserje|portero|mayordomo|"
        r"hausmeister(in)?|hauswart(in)?|pfortner(in)?"
    ),
}
_PATTERNS: Final = {role: re.compile(rf"\b({words})\b") for role, words in _WORDS.items()}
_KINDS: Final = {
    PartyRole.OWNER: OrganisationKind.OWNER,
    PartyRole.INSURER: OrganisationKind.INSURER,
    PartyRole.DEALER: OrganisationKind.DEALER,
}


def role_of(function: str) -> PartyRole | None:
    """The role that goes with a function; None where the words say none."""
    said = plain(function)
    return next((role for role, pattern in _PATTERNS.items() if pattern.search(said)), None)


def kind_of(function: str) -> OrganisationKind:
    """What an organisation of which only somebody's function is known is taken for."""
    role = role_of(function)
    return OrganisationKind.OCCUPANT if role is None else _KINDS.get(role, OrganisationKind.OCCUPANT)
