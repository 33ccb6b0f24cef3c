"""Codes by which anybody reports about a unit; they are chosen at random and tell nothing."""

import secrets
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Equipment
from dispatch.access import Action, Viewer, elevated, require
from dispatch.access.audit import note
from dispatch.errors import NotFound

BYTES: Final = 12
"""96 random bits: nobody guesses one."""

LONGEST: Final = 32


def make(session: Session, viewer: Viewer, equipment_id: int) -> str:
    """The report code of a unit, made when it has none yet.

    Raises Forbidden, NotFound.
    """
    require(viewer, Action.EDIT, Equipment)
    query = select(Equipment).where(Equipment.id == equipment_id).with_for_update()
    unit = session.scalar(query.execution_options(populate_existing=True))
    if unit is None:
        raise NotFound(f"There is no equipment {equipment_id}, or not for you.")
    if unit.report_code is None:
        unit.report_code = secrets.token_urlsafe(BYTES)
        note(session, viewer, Action.EDIT, unit, {"report_code": (None, "made")})
        session.flush()
    return unit.report_code


def code_of(session: Session, viewer: Viewer, equipment_id: int) -> str:
    """The report code that a unit has.

    Raises Forbidden; NotFound also when none was made yet.
    """
    require(viewer, Action.READ, Equipment)
    code = session.scalar(select(Equipment.report_code).where(Equipment.id == equipment_id))
    if code is None:
        raise NotFound(f"There is no report code of equipment {equipment_id}, or not for you; make one by POST.")
    return code


def unit_of(session: Session, code: str) -> tuple[int, int] | None:
    """(site id, equipment id) behind a code, for the system's use; None: there is none, which nobody is told."""
    if not code or len(code) > LONGEST:
        return None
    with elevated(session, "report code"):
        found = session.execute(
            select(Equipment.site_id, Equipment.id).where(Equipment.report_code == code, Equipment.retired_on.is_(None))
        ).one_or_none()
    return None if found is None else (found[0], found[1])
