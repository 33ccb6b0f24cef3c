"""In which language a party is answered."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Contact, Conversation, Organisation, Site, Ticket
from dispatch.intake.channels.heard import Heard
from dispatch.intake.channels.languages import language_of
from dispatch.intake.channels.rules import Rules


def told_language(heard: Heard) -> str | None:
    """The language that a message says it is in, or is written in; None where neither is clear."""
    return heard.language or language_of(f"{heard.subject}\n{heard.gist}")


def language_for(session: Session, rules: Rules, heard: Heard, ticket: Ticket, contact: Contact | None) -> str:
    """In which language a party is answered.

    As they or their system say; as we know of them; as they write; as we spoke before; as whoever owns the site
    speaks; as the settings say.
    """
    if heard.language is not None:
        return heard.language
    if contact is not None and contact.verified:
        return contact.language
    told = told_language(heard)
    if told is not None:
        return told
    before = select(Conversation.language).where(Conversation.contact_id == ticket.contact_id)
    owner = (
        select(Organisation.language)
        .join(Site, Site.organisation_id == Organisation.id)
        .where(Site.id == ticket.site_id, Organisation.verified)
    )
    spoken = session.scalar(before.order_by(Conversation.id.desc()).limit(1)) if contact is not None else None
    return spoken or session.scalar(owner) or rules.language
