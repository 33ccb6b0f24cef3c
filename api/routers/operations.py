"""Consents, outbox, jobs and the audit trail: to be looked at only."""

from typing import Final

from fastapi import APIRouter

from api.keeping import Keeping
from api.schemas.operations import (
    AuditEntryOut,
    AuditQuery,
    ConsentOut,
    ConsentQuery,
    JobOut,
    JobQuery,
    OutboxMessageOut,
    OutboxQuery,
)
from dispatch.records.catalogue.operations import AUDIT, CONSENTS, JOBS, OUTBOX

routers: Final[tuple[APIRouter, ...]] = (
    Keeping(
        noun=CONSENTS,
        path="consents",
        one="consent",
        many="consents",
        out=ConsentOut,
        query=ConsentQuery,
    ).router(),
    Keeping(
        noun=OUTBOX,
        path="outbox",
        one="outbox message",
        many="outbox messages",
        out=OutboxMessageOut,
        query=OutboxQuery,
    ).router(),
    Keeping(
        noun=JOBS,
        path="jobs",
        one="job",
        many="jobs",
        out=JobOut,
        query=JobQuery,
    ).router(),
    Keeping(
        noun=AUDIT,
        path="audit",
        one="audit entry",
        many="audit entries",
        out=AuditEntryOut,
        query=AuditQuery,
    ).router(),
)
