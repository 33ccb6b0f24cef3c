"""A sender to a contact and its organisation. Who is not known is entered as unverified; nobody is guessed."""

from typing import Final

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Organisation
from db.models.parties import email_key, phone_key
from dispatch.intake.resolving.numbers import normal_phone
from dispatch.intake.resolving.roles import kind_of
from dispatch.intake.resolving.words import plain
from dispatch.records.numbers import draw_free

ALIKE: Final = 80
"""Names from here on (of 100) are the same person's, when address or number are the same."""

MOST: Final = 50
_UNKNOWN: Final = "(unknown)"


def known_contacts(session: Session, email: str, phone: str, country: str) -> list[Contact]:
    """The contacts with this e-mail address, else those with this number; erased ones are not."""
    return _by_email(session, email) or _by_phone(session, phone, country)


def resolve_sender(
    session: Session,
    *,
    name: str = "",
    email: str = "",
    phone: str = "",
    organisation: str = "",
    function: str = "",
    country: str,
    language: str = "en",
    proved: bool = True,
) -> Contact | None:
    """The contact who this is; None where nothing at all is known of them. Flushes what it enters.

    A contact is found by address, else by number, and by the name where one is given or several share it. Where that
    leaves several, or none, a new one is entered as unverified: with the same address in the organisation that is
    reached there, otherwise in an unverified organisation of its own. Nothing that is known is changed.

    proved: whether it may be who they say; if not, only contacts and organisations count that nobody verified.
    """
    if not any(part.strip() for part in (name, email, phone)):
        return None
    found, _ = _found(session, name, email, phone, country, proved=proved)
    if found is not None:
        return found
    number = draw_free(session, Organisation, "ORG")
    # Drawing waits for whoever enters somebody at this moment; perhaps it was the same person.
    found, by_email = _found(session, name, email, phone, country, proved=proved)
    if found is not None:
        return found
    owners = {contact.organisation_id for contact in by_email}
    owner = (
        owners.pop()
        if len(owners) == 1
        else _enter_organisation(session, number, called(name, email, phone, organisation), function, language)
    )
    return _enter(session, owner, name, email, normal_phone(phone, country) or phone, function, language)


def _found(
    session: Session, name: str, email: str, phone: str, country: str, *, proved: bool
) -> tuple[Contact | None, list[Contact]]:
    """The contact who this is, and all with the address."""
    by_email = _known(session, _by_email(session, email), proved=proved)
    by_phone = _known(session, _by_phone(session, phone, country), proved=proved)
    return _who(by_email, name) or _who(by_phone, name), by_email


def _known(session: Session, contacts: list[Contact], *, proved: bool) -> list[Contact]:
    if proved:
        return contacts
    return [
        each
        for each in contacts
        if not each.verified and not session.get_one(Organisation, each.organisation_id).verified
    ]


def called(name: str, email: str, phone: str, organisation: str) -> str:
    """What an organisation is called of which only a sender is known."""
    return next((part.strip() for part in (organisation, name, email, phone) if part.strip()), _UNKNOWN)[:200]


def _by_email(session: Session, email: str) -> list[Contact]:
    key = email_key(email)
    if key is None:
        return []
    query = select(Contact).where(Contact.email_key == key, Contact.erased_at.is_(None)).order_by(Contact.id)
    return list(session.scalars(query.limit(MOST)))


def _by_phone(session: Session, phone: str, country: str) -> list[Contact]:
    key, normal = phone_key(phone), normal_phone(phone, country)
    if not phone.strip():
        return []
    if key is None or normal is None:
        # A short code, or a name that a network sends in place of a number.
        same = select(Contact).where(Contact.phone == phone.strip()[:32], Contact.erased_at.is_(None))
        return list(session.scalars(same.order_by(Contact.id).limit(MOST)))
    query = select(Contact).where(Contact.phone_key == key, Contact.erased_at.is_(None)).order_by(Contact.id)
    return [each for each in session.scalars(query.limit(MOST)) if normal_phone(each.phone, country) == normal]


def _who(candidates: list[Contact], name: str) -> Contact | None:
    """The one of these that the name fits; without a name the only one, or one who never gave theirs."""
    if not name.strip():
        nameless = [contact for contact in candidates if contact.name in (contact.email, contact.phone)]
        return next(iter(candidates if len(candidates) == 1 else nameless), None)
    likeness = {contact.id: _likeness(contact.name, name) for contact in candidates}
    fitting = [contact for contact in candidates if likeness[contact.id] >= ALIKE]
    if len(fitting) > 1:
        best = max(likeness.values())
        fitting = [contact for contact in fitting if likeness[contact.id] == best]
    if len(fitting) > 1:
        fitting = [contact for contact in fitting if contact.verified] or fitting[:1]
    return fitting[0] if len(fitting) == 1 else None


def is_named_alike(known: str, said: str) -> bool:
    """Whether two names may be the same person's, where something else says so too."""
    return _likeness(known, said) >= ALIKE


def _likeness(known: str, said: str) -> float:
    return float(fuzz.token_set_ratio(plain(known), plain(said)))


def _enter_organisation(session: Session, number: str, name: str, function: str, language: str) -> int:
    organisation = Organisation(number=number, name=name, kind=kind_of(function), language=language, verified=False)
    session.add(organisation)
    session.flush()
    return organisation.id


def _enter(
    session: Session, organisation_id: int, name: str, email: str, phone: str, function: str, language: str
) -> Contact:
    contact = Contact(
        organisation_id=organisation_id,
        name=(name.strip() or email.strip() or phone.strip())[:200],
        function=function.strip()[:64],
        email=email.strip()[:254] or None,
        phone=phone.strip()[:32] or None,
        language=language,
        verified=False,
    )
    session.add(contact)
    session.flush()
    return contact
