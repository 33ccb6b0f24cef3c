"""The system's own doings: to be looked at only."""

from db.models import AuditEntry, Consent, Inbound, Job, OutboxMessage
from dispatch.records.nouns import Noun

OUTBOX = Noun(OutboxMessage, hidden=frozenset({"payload"}))
CONSENTS = Noun(Consent, hidden=frozenset({"address_key"}))
INBOUND = Noun(Inbound, hidden=frozenset({"raw_sha256"}))
JOBS = Noun(Job, hidden=frozenset({"payload"}))
AUDIT = Noun(AuditEntry)
