"""Puts the access rules on every query: a session knows who is asking, and shows them what they may see.

A query in a session without a viewer raises. A kind of row without a rule for the viewer's role shows nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ClauseElement, ColumnClause, Table, event, false, true
from sqlalchemy.orm import FromStatement, Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.visitors import iterate

from db import models as m
from db.base import Base
from db.models import Role
from db.session import DispatchSession
from dispatch.access.children import Rules
from dispatch.access.errors import NotScoped, NoViewer
from dispatch.access.permissions import Action, may
from dispatch.access.technician_rules import technician_rules
from dispatch.access.territory_rules import territory_rules
from dispatch.access.viewer import Viewer

_COMMON = (m.WorkType, m.WorkTypeSkill, m.WorkTypePart, m.Skill, m.Part, m.PartSubstitute, m.Article)
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
def scope_query(state: ORMExecuteState) -> None:
    """Puts the viewer's rules on a statement that is about to run.

    Raises NoViewer, and NotScoped for a statement that rules cannot be put on.
    """
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
    state.statement = state.statement.options(*(_option(viewer, entity) for entity in _entities_in(state.statement)))


def _entities_in(statement: object) -> list[type[Base]]:
    """Every mapped class that a statement may touch, and those that could be loaded along with them.

    Putting all rules on every statement would be right too, but takes milliseconds each time.
    """
    if not isinstance(statement, ClauseElement):
        msg = f"Access rules cannot be put on {type(statement).__name__}"
        raise NotScoped(msg)
    by_table = _by_table()
    found: set[type[Base]] = set()
    for element in iterate(statement):
        table = element.table if isinstance(element, ColumnClause) else element
        while isinstance(table, AliasedReturnsRows):
            table = table.element
        if isinstance(table, Table):
            found |= by_table.get(table.name, frozenset())
    return sorted(found, key=lambda entity: str(entity.__tablename__))


@cache
def _by_table() -> dict[str, frozenset[type[Base]]]:
    """For each table its class, and the classes that relationships lead to from there."""
    return {str(mapper.class_.__tablename__): _reachable(mapper) for mapper in Base.registry.mappers}


def _reachable(start: Mapper[Any]) -> frozenset[type[Base]]:
    seen, ahead = {start}, [start]
    while ahead:
        for relationship in ahead.pop().relationships:
            if relationship.mapper not in seen:
                seen.add(relationship.mapper)
                ahead.append(relationship.mapper)
    return frozenset(mapper.class_ for mapper in seen)


@lru_cache(maxsize=4096)
def _option(viewer: Viewer, entity: type[Base]) -> ExecutableOption:
    rule = _rules(viewer).get(entity, false) if may(viewer, Action.READ, entity) else false
    return with_loader_criteria(entity, rule(), include_aliases=True)


@lru_cache(maxsize=512)
def _rules(viewer: Viewer) -> Rules:
    rules: Rules = dict.fromkeys(_COMMON, true)
    if viewer.role in (Role.SCHEDULER, Role.CALL_TAKER):
        rules |= territory_rules(viewer)
    elif viewer.role is Role.TECHNICIAN:
        rules |= technician_rules(viewer)
    elif viewer.role is Role.INTEGRATOR:
        rules |= dict.fromkeys(_COMPANY_WIDE, true)
    return rules | _own_rules(viewer)


def _own_rules(viewer: Viewer) -> Rules:
    return {
        m.User: lambda: m.User.id == viewer.user_id,
        m.UserTerritory: lambda: m.UserTerritory.user_id == viewer.user_id,
        m.Device: lambda: m.Device.user_id == viewer.user_id,
        m.AccessToken: lambda: m.AccessToken.user_id == viewer.user_id,
    }
