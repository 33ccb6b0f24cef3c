"""Reads, creates, edits and deletes records, by the rules of access and of the noun, with an audit entry."""

from typing import Any

from sqlalchemy import delete as delete_statement
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from db.errors import StaleDataError
from dispatch.access import Action, Viewer, may, require
from dispatch.access.audit import note
from dispatch.errors import Fault, Forbidden, Invalid, NotFound, StaleVersion
from dispatch.records.collections import Changes, collection_faults, keep_collections, split
from dispatch.records.nouns import Draft, Noun, Row, Values, as_entity
from dispatch.records.numbers import draw_free
from dispatch.records.references import reference_faults, refuse_if_used
from dispatch.records.uniqueness import refuse_if_taken
from dispatch.records.views import tag_of


def read(session: Session, viewer: Viewer, noun: Noun[Row], key: int) -> Row:
    """The record with this id.

    Raises Forbidden, NotFound when there is none or the viewer may not know of it.
    """
    require(viewer, Action.READ, noun.entity)
    return _found(session, noun, key, lock=False)


def create(session: Session, viewer: Viewer, noun: Noun[Row], values: Values) -> Row:
    """A new record with its collections, flushed.

    Raises Forbidden, Invalid with every fault, Conflict when a value must be unique and is taken, RuleBroken.
    """
    require(viewer, Action.CREATE, noun.entity)
    own, hanging = split(noun, noun.prepare(session, viewer, dict(values)))
    _refuse(
        noun, reference_faults(session, noun.model, own) + collection_faults(session, noun, hanging), "cannot be made"
    )
    if noun.prefix is not None and own.get("number") is None:
        own["number"] = draw_free(session, noun.model, noun.prefix)
    row = noun.model(**own)
    with session.no_autoflush:
        _refuse(noun, noun.check(session, Draft(row, is_new=True, before={}, hanging=hanging)), "cannot be made")
        refuse_if_taken(session, row, own)
    session.add(row)
    session.flush()
    changes: Changes = {name: (None, value) for name, value in own.items() if value is not None}
    changes |= keep_collections(session, viewer, noun, row, hanging)
    _refuse_if_out_of_reach(session, viewer, noun, row)
    note(session, viewer, Action.CREATE, _as_row(row), changes)
    session.flush()
    return row


def edit(session: Session, viewer: Viewer, noun: Noun[Row], key: int, tag: str, values: Values) -> Row:
    """The record with some values changed, flushed; what is not named stays. Changing nothing leaves no trace.

    tag: the state of the record the edit was made against, as `views.tag_of` gives it.

    Raises Forbidden, NotFound, StaleVersion when it is in another state by now, Invalid, Conflict, RuleBroken.
    """
    require(viewer, Action.EDIT, noun.entity)
    row = _found(session, noun, key, lock=True)
    _refuse_if_stale(noun, row, tag)
    own, hanging = split(noun, values)
    changed = {name: value for name, value in own.items() if getattr(row, name) != value}
    _refuse(
        noun,
        reference_faults(session, noun.model, changed) + collection_faults(session, noun, hanging),
        "cannot be kept",
    )
    before = {name: getattr(row, name) for name in changed}
    with session.no_autoflush:
        for name, value in changed.items():
            setattr(row, name, value)
        _refuse(noun, noun.check(session, Draft(row, is_new=False, before=before, hanging=hanging)), "cannot be kept")
        refuse_if_taken(session, row, changed)
    changes: Changes = {name: (before[name], value) for name, value in changed.items()}
    _flush(session, noun, key)
    hung = keep_collections(session, viewer, noun, row, hanging)
    if hung and not changed and "updated_at" in noun.mapper.columns:
        # What hangs on a record is part of it: its version rises with them.
        flag_modified(row, "updated_at")
        _flush(session, noun, key)
    if changes or hung:
        _refuse_if_out_of_reach(session, viewer, noun, row)
        note(session, viewer, Action.EDIT, _as_row(row), changes | hung)
        session.flush()
    return row


def delete(session: Session, viewer: Viewer, noun: Noun[Row], key: int, tag: str) -> None:
    """The record is gone, with what hangs on it.

    Raises Forbidden, NotFound, StaleVersion, RuleBroken when something refers to it.
    """
    require(viewer, Action.DELETE, noun.entity)
    row = _found(session, noun, key, lock=True)
    _refuse_if_stale(noun, row, tag)
    refuse_if_used(session, noun.model, key)
    note(session, viewer, Action.DELETE, _as_row(row))
    session.flush()
    session.execute(
        delete_statement(noun.model).where(noun.model.id == key), execution_options={"synchronize_session": "fetch"}
    )


def _found(session: Session, noun: Noun[Row], key: int, *, lock: bool) -> Row:
    query = select(noun.model).where(noun.model.id == key)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if row is None:
        msg = f"There is no {noun.name} {key}, or not for you."
        raise NotFound(msg)
    return row


def _refuse(noun: Noun[Row], faults: list[Fault], how: str) -> None:
    if faults:
        msg = f"The {noun.name} {how} like this: {len(faults)} fault{'s' if len(faults) > 1 else ''}."
        raise Invalid(msg, tuple(faults))


def _refuse_if_stale(noun: Noun[Row], row: Row, tag: str) -> None:
    present = tag_of(row)
    if tag != present:
        msg = f"The {noun.name} {row.id} is at version {present}, not {tag}; read it again and repeat the edit."
        raise StaleVersion(msg)


def _flush(session: Session, noun: Noun[Row], key: int) -> None:
    try:
        session.flush()
    except StaleDataError as error:
        msg = f"The {noun.name} {key} was changed by somebody else just now; read it again and repeat the edit."
        raise StaleVersion(msg) from error


def _refuse_if_out_of_reach(session: Session, viewer: Viewer, noun: Noun[Row], row: Row) -> None:
    """Nobody may put a record where they could not see it any more. Who may not read at all only hands it in."""
    if may(viewer, Action.READ, noun.entity) and (
        session.scalar(select(noun.model.id).where(noun.model.id == row.id)) is None
    ):
        msg = f"The {noun.name} would belong to a territory that is not yours."
        raise Forbidden(msg)


def _as_row(row: Row) -> Any:
    as_entity(type(row))
    return row
