"""Puts the access rules on every query: a session knows who is asking, and shows them what they may see.

A query in a session without a viewer raises. A kind of row without a rule for the viewer's role shows nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import ColumnElement, event, false, true
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from db import models as m
from db.base import Base
from db.models import Role
from db.session import DispatchSession
from dispatch.access.errors import NotScoped, NoViewer
from dispatch.access.permissions import Action, may
from dispatch.access.technician_rules import technician_rules
from dispatch.access.territory_rules import Rules, territory_rules
from dispatch.access.viewer import Viewer

_COMMON = (m.WorkType, m.WorkTypeSkill, m.WorkTypePart, m.Skill, m.Part, m.PartSubstitute)
_COMPANY_WIDE = (m.Organisation, m.Site, m.Equipment, m.Ticket, m.Territory)
"""What an integrator reaches: the whole company's, but nobody's personal data."""


def see_as(session: Session, viewer: Viewer) -> None:
    """Makes the session show what this viewer may see, from now on.

    Raises NoViewer when the session already serves somebody else: what one may see must not reach another.
    """
    before = session.info.get("viewer")
    if before is not None and before != viewer:
        msg = f"The session already serves {before.name}; open another one for {viewer.name}"
        raise NoViewer(msg)
    session.info["viewer"] = viewer


@contextmanager
def elevated(session: Session, purpose: str) -> Iterator[None]:
    """Lets the system itself look, for what the viewer causes but may not see: numbers, retries, whether a row is used.

    purpose: names the system's part in it. What is loaded here must not be handed out.
    """
    before = session.info.get("viewer")
    session.info["viewer"] = Viewer.system(purpose)
    try:
        yield
    finally:
        session.info["viewer"] = before


def viewer_of(session: Session) -> Viewer:
    """Who is asking in this session.

    Raises NoViewer when nobody is known to be.
    """
    viewer = session.info.get("viewer")
    if not isinstance(viewer, Viewer):
        msg = "This session does not know who is asking; open it with a viewer, or call see_as(session, viewer)"
        raise NoViewer(msg)
    return viewer


@event.listens_for(DispatchSession, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    viewer = viewer_of(state.session)
    if viewer.sees_everything or state.is_column_load or state.is_insert:
        # A column load completes a row that was loaded, or made, in this session before.
        return
    if state.is_relationship_load and state.lazy_loaded_from is None:
        # An eager load carries the options of the query that caused it.
        return
    if not state.is_orm_statement or isinstance(state.statement, FromStatement):
        msg = f"Access rules cannot be put on this statement, asked for {viewer.name}; write it with mapped classes"
        raise NotScoped(msg)
    state.statement = state.statement.options(*_options(viewer))


@lru_cache(maxsize=512)
def _options(viewer: Viewer) -> tuple[ExecutableOption, ...]:
    rules = _rules(viewer)
    return tuple(
        with_loader_criteria(mapper.class_, _criterion(mapper.class_, viewer, rules), include_aliases=True)
        for mapper in Base.registry.mappers
    )


def _criterion(entity: type[Base], viewer: Viewer, rules: Rules) -> ColumnElement[bool]:
    if not may(viewer, Action.READ, entity):
        return false()
    return rules.get(entity, false())


def _rules(viewer: Viewer) -> Rules:
    rules: Rules = {entity: true() for entity in _COMMON}
    if viewer.role in (Role.SCHEDULER, Role.CALL_TAKER):
        rules |= territory_rules(viewer)
    elif viewer.role is Role.TECHNICIAN:
        rules |= technician_rules(viewer)
    elif viewer.role is Role.INTEGRATOR:
        rules |= {entity: true() for entity in _COMPANY_WIDE}
    return rules | _own_rules(viewer)


def _own_rules(viewer: Viewer) -> Rules:
    return {
        m.User: m.User.id == viewer.user_id,
        m.UserTerritory: m.UserTerritory.user_id == viewer.user_id,
        m.Device: m.Device.user_id == viewer.user_id,
        m.AccessToken: m.AccessToken.user_id == viewer.user_id,
    }
