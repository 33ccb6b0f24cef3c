"""Ties between visits."""

from collections.abc import Collection
from typing import Final, Literal, cast

from solver.formats.node import Node, given_or, nullable
from solver.problem import Link

Kind = Literal["same_start", "precedes", "different_technicians", "same_technician"]
KINDS: Final = ("same_start", "precedes", "different_technicians", "same_technician")


def read_link(node: Node, visits: Collection[str]) -> Link:
    """A link; its visits are known, differ, and are two or more."""
    wanted = node.value.get("kind") if isinstance(node.value, dict) else None
    if wanted is not None and wanted not in KINDS:
        node.child("kind", wanted).choice(KINDS)
        return Link("precedes", ())
    precedes = wanted == "precedes"
    required = ("kind", "first", "then") if precedes else ("kind", "visits")
    given = node.fields(required, ("min_gap", "max_gap", "all_or_none") if precedes else ("all_or_none",))
    named = _pair(given, visits) if precedes else _several(given, visits)
    faults = len(node.faults)
    link = Link(
        kind=cast(Kind, wanted),
        visits=named,
        min_gap=given_or(given, "min_gap", Node.seconds, 0),
        max_gap=nullable(given, "max_gap", Node.seconds),
        all_or_none=given_or(given, "all_or_none", Node.boolean, False),
    )
    if len(node.faults) == faults and link.max_gap is not None and link.max_gap < link.min_gap:
        given["max_gap"].refuse(f"must be {link.min_gap}, the least gap, or more", "correct one of them")
    return link


def _pair(given: dict[str, Node], visits: Collection[str]) -> tuple[str, ...]:
    names = tuple(given[name].reference(visits, "visit") for name in ("first", "then") if name in given)
    if len(names) == 2 and names[0] == names[1] and names[0]:
        given["then"].refuse("must be another visit than `first`", "name two visits")
    return names


def _several(given: dict[str, Node], visits: Collection[str]) -> tuple[str, ...]:
    if "visits" not in given:
        return ()
    node = given["visits"]
    entries = node.items()
    names = tuple(entry.reference(visits, "visit") for entry in entries)
    for i, (name, entry) in enumerate(zip(names, entries, strict=True)):
        if name and name in names[:i]:
            entry.refuse("must stand once in the list", "remove the repetition")
    if isinstance(node.value, list) and len(entries) < 2:
        node.refuse("must name two visits or more", "name another, or remove the link")
    return names
