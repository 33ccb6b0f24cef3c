"""Every way to get a problem file wrong, each refused with a pointer to the fault."""

import copy
import json
from typing import Any, Final

import pytest

from solver.faults import Malformed
from solver.formats import native

GOOD: Final[dict[str, Any]] = {
    "version": 1,
    "name": "day",
    "travel": {
        "seconds": [[0, 60, 90], [60, 0, None], [90, 30, 0]],
        "metres": [[0, 500, 900], [500, 0, 1], [900, 300, 0]],
        "speed": [[0, 100], [3600, 80]],
    },
    "technicians": [
        {
            "id": "ann", "skills": {"lift": 2}, "tools": ["ladder"], "van_stock": {"fuse": 2}, "cost_per_km": 30,
            "min_rest": 3600, "max_duty": None,
            "shifts": [
                {"id": "am", "start": 0, "end": 100, "start_location": 0, "end_location": None},
                {"id": "pm", "start": 100, "end": 200, "start_location": 1, "max_overtime": 50, "max_visits": 3,
                 "max_travel": 99, "departure": "at_start",
                 "breaks": [{"id": "tea", "earliest": 110, "latest": 120, "duration": 10, "paid": False}]},
            ],
        },
        {"id": "bob", "shifts": []},
    ],
    "warehouses": [{"id": "depot", "location": 2, "windows": [[0, 50]], "handling": 5, "stock": {"fuse": 9}}],
    "visits": [
        {"id": "a", "location": 1, "duration": 30, "windows": [[-5, 10], [20, 30]], "unserved_cost": None},
        {"id": "b", "location": 2, "duration": {"default": 30, "by_technician": {"ann": 20}}, "setup": 5,
         "due": -10, "late_cost_per_hour": 7, "skills": {"lift": 1}, "tools": ["ladder"], "parts": {"fuse": 1},
         "technicians": {"only": ["ann"], "never": [], "preferred": {"ann": 5}},
         "pinned": {"shift": "am", "start": 40, "order": 0}},
    ],
    "links": [
        {"kind": "precedes", "first": "a", "then": "b", "min_gap": 5, "max_gap": 90, "all_or_none": True},
        {"kind": "same_start", "visits": ["a", "b"]},
    ],
    "previous": [
        {"shift": "am", "technician": "ann", "depart": 0, "return": 9, "travel_seconds": 5, "travel_metres": 5,
         "stops": [
             {"kind": "visit", "id": "a", "location": 1, "arrive": 1, "start": 1, "depart": 2},
             {"kind": "break", "id": "tea", "location": None, "arrive": 2, "start": 2, "depart": 3},
             {"kind": "warehouse", "id": "old", "location": 9, "arrive": 2, "start": 2, "depart": 3, "load": {"x": 1}},
         ]},
    ],
    "costs": {"unserved_default": None, "change_technician": 5, "imbalance_per_hour": 1},
}  # fmt: skip

REMOVE: Final = object()
AT = "/technicians/0"
PM = "/technicians/0/shifts/1"
TEA = f"{PM}/breaks/0"
A, B = "/visits/0", "/visits/1"


def edited(*edits: tuple[str, Any]) -> dict[str, Any]:
    """The good document with the values at these pointers set or removed."""
    tree = copy.deepcopy(GOOD)
    for pointer, value in edits:
        *path, last = pointer.split("/")[1:]
        spot: Any = tree
        for step in path:
            spot = spot[int(step)] if isinstance(spot, list) else spot[step]
        key: Any = (len(spot) if last == "-" else int(last)) if isinstance(spot, list) else last
        if value is REMOVE:
            del spot[key]
        elif last == "-":
            spot.append(value)
        else:
            spot[key] = value
    return tree


def pointers(document: bytes | str) -> list[str]:
    """Where the faults of a document are, after looking at how each is told."""
    with pytest.raises(Malformed) as caught:
        native.load_problem(document)
    for fault in caught.value.faults:
        assert fault.value, fault
        assert fault.limit, fault
        assert fault.remedy, fault
        assert "\n" not in str(fault)
    return [fault.pointer for fault in caught.value.faults]


VALUES: Final[list[tuple[str, Any]]] = [
    ("/version", 2), ("/version", "1"), ("/version", 1.0), ("/version", True), ("/version", None), ("/name", 5),
    ("/name", ["day"]), ("/typo", 1), ("/travel", []), ("/travel", None), ("/travel/second", [[0]]),
    ("/travel/seconds", {}), ("/travel/seconds/1", "row"), ("/travel/seconds/1", [60, 0]),
    ("/travel/seconds/0/1", 60.0), ("/travel/seconds/0/1", True), ("/travel/seconds/0/1", "60"),
    ("/travel/seconds/0/1", -1), ("/travel/seconds/0/1", 2**31), ("/travel/seconds/0/1", 2**70),
    ("/travel/metres/2/1", None), ("/travel/metres/2/1", -5), ("/travel/metres", [[0]]), ("/travel/metres", 0),
    ("/travel/speed/1", [3600]), ("/travel/speed/1/1", 0), ("/travel/speed/1/0", 0), ("/travel/speed", {"0": 100}),
    ("/technicians", {}), ("/technicians/1", "bob"), ("/technicians/1/id", "ann"), ("/technicians/1/id", ""),
    ("/technicians/1/id", 7), ("/technicians/1/id", None), ("/technicians/1/shifts", None),
    (f"{AT}/skills/lift", 0), (f"{AT}/skills/lift", 1.5), (f"{AT}/skills", ["lift"]), (f"{AT}/skills/", 1),
    (f"{AT}/tools", "ladder"), (f"{AT}/tools/-", "ladder"), (f"{AT}/tools/0", ""), (f"{AT}/van_stock/fuse", -1),
    (f"{AT}/cost_per_km", -1), (f"{AT}/cost_per_km", 2**53), (f"{AT}/cost_per_km", None), (f"{AT}/cost_per_day", 1),
    (f"{AT}/min_rest", -1), (f"{AT}/max_duty", "8h"), (f"{PM}/id", "am"), (f"{PM}/start", -1), (f"{PM}/end", 99),
    (f"{PM}/end", 2**31), (f"{PM}/start_location", 3), (f"{PM}/start_location", -1), (f"{PM}/start_location", None),
    (f"{PM}/end_location", 3), (f"{PM}/end_location", "0"), (f"{PM}/max_overtime", 2**31 - 1),
    (f"{PM}/max_visits", -1), (f"{PM}/max_travel", 1e3), (f"{PM}/departure", "later"), (f"{PM}/departure", 1),
    (f"{TEA}/latest", 109), (f"{TEA}/duration", -10), (f"{TEA}/duration", 10.0), (f"{TEA}/paid", 0),
    (f"{TEA}/optional", "no"), (f"{TEA}/location", 1), ("/warehouses/0/location", 3), ("/warehouses/0/handling", -5),
    ("/warehouses/0/stock/fuse", 0.5), ("/warehouses/0/stock", 9), ("/warehouses/0/windows/0", [50, 0]),
    ("/warehouses/0/tools", {}), (f"{B}/id", "a"), (f"{A}/location", 3), (f"{A}/location", 1.0), (f"{A}/duration", -30),
    (f"{A}/duration", 600.0), (f"{A}/duration", "30"), (f"{A}/duration", None), (f"{A}/duration", True),
    (f"{B}/duration/default", -1), (f"{B}/duration/by_technician/zoe", 5), (f"{B}/duration/usual", 5),
    (f"{A}/setup", -1), (f"{A}/windows/0", [10, 9]), (f"{A}/windows/0", [0]), (f"{A}/windows/0", 5),
    (f"{A}/windows/1", [10, 30]), (f"{A}/windows/1", [5, 8]), (f"{A}/windows/1", [-9, -7]), (f"{A}/windows", None),
    (f"{A}/windows/0/1", 1.5), (f"{A}/finish_by", -1), (f"{B}/due", 0.5), (f"{B}/due", -(2**31)),
    (f"{B}/late_cost_per_hour", -7), (f"{B}/skills/lift", 0), (f"{B}/tools/-", "ladder"), (f"{B}/parts/fuse", -1),
    (f"{A}/unserved_cost", -1), (f"{A}/unserved_cost", 0.99), (f"{A}/unserved_cost", "none"),
    (f"{B}/technicians/only/0", "zoe"), (f"{B}/technicians/never", ["bob", "bob"]),
    (f"{B}/technicians/preferred/zoe", 1), (f"{B}/technicians/preferred/ann", -5), (f"{B}/technicians/must", []),
    (f"{B}/pinned", "am"), (f"{B}/pinned/shift", "night"), (f"{B}/pinned/start", -1), (f"{B}/pinned/order", -1),
    ("/links/0/kind", "after"), ("/links/0/first", "zz"), ("/links/0/then", "a"), ("/links/0/max_gap", 4),
    ("/links/0/min_gap", -1), ("/links/0/visits", ["a", "b"]), ("/links/1/visits", ["a"]),
    ("/links/1/visits/1", "a"), ("/links/1/visits/1", "zz"), ("/links/1/min_gap", 5), ("/links/1/all_or_none", 1),
    ("/previous/0/shift", None), ("/previous/0/stops/0/kind", "job"), ("/previous/0/stops/0/start", 1.0),
    ("/previous/0/depart", "8:00"), ("/previous/0/stops/2/load/x", -1), ("/previous/0/stops/0/location", -1),
    ("/costs", []), ("/costs/unserved_default", -1), ("/costs/change_technician", 0.5), ("/costs/lateness", 1),
]  # fmt: skip

TOLD_AT: Final[dict[str, str]] = {
    f"{AT}/tools/-": f"{AT}/tools/1",
    f"{B}/tools/-": f"{B}/tools/1",
    f"{B}/technicians/never": f"{B}/technicians/never/1",
}
"""Where the fault is told when it is not where the document was edited."""

MORE_FOLLOWS: Final = {"/technicians", f"{B}/id"}
"""What others refer to: they dangle then, which is told too."""


@pytest.mark.parametrize(("pointer", "value"), VALUES, ids=lambda part: json.dumps(part)[:40])
def test_a_wrong_value_is_refused_where_it_stands(pointer: str, value: Any) -> None:
    where = TOLD_AT.get(pointer, pointer)
    if value == [-9, -7]:
        where += "/1"
    found = pointers(json.dumps(edited((pointer, value))))
    assert where in found
    assert found == [where] or pointer in MORE_FOLLOWS


REQUIRED: Final = [
    "/travel/seconds", f"{AT}/id", f"{AT}/shifts", f"{PM}/id", f"{PM}/start", f"{PM}/end", f"{PM}/start_location",
    f"{TEA}/id", f"{TEA}/earliest", f"{TEA}/latest", f"{TEA}/duration", "/warehouses/0/id", "/warehouses/0/location",
    f"{A}/id", f"{A}/location", f"{A}/duration", f"{B}/duration/default", f"{B}/pinned/shift", "/links/0/kind",
    "/links/0/first", "/links/1/visits", "/previous/0/shift", "/previous/0/technician", "/previous/0/stops/0/id",
]  # fmt: skip


@pytest.mark.parametrize("pointer", REQUIRED)
def test_a_missing_field_is_told(pointer: str) -> None:
    assert pointer in pointers(json.dumps(edited((pointer, REMOVE))))


DOCUMENTS: Final[dict[str, tuple[bytes, list[str]]]] = {
    "nothing": (b"", [""]),
    "blanks": (b" \n", [""]),
    "no JSON": (b"{version: 1}", [""]),
    "cut off": (b'{"version": 1', [""]),
    "two documents": (b"{}{}", [""]),
    "a list": (b"[]", [""]),
    "a word": (b'"problem"', [""]),
    "null": (b"null", [""]),
    "Latin-1": ('{"name": "Ål"}'.encode("latin-1"), [""]),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), [""]),
    "lists in lists without end": (b"[" * 200_000, [""]),
    "objects in objects without end": (b'{"a":' * 200_000, [""]),
    "deep where nobody looks": (b'{"name": ' + b"[" * 500 + b"]" * 500 + b"}", ["/name"]),
    "NaN": (b'{"costs": {"change_technician": NaN}}', ["/costs/change_technician"]),
    "Infinity": (b'{"travel": {"seconds": [[-Infinity]]}}', ["/travel/seconds/0/0"]),
    "too large for a float": (b'{"costs": {"change_technician": 1e999}}', ["/costs/change_technician"]),
    "a number of 5000 digits": (b'{"version": ' + b"9" * 5000 + b"}", ["/version"]),
    "5000 digits in a matrix": (b'{"travel": {"seconds": [[' + b"9" * 5000 + b"]]}}", ["/travel/seconds/0/0"]),
    "the same key twice": (b'{"name": "a", "name": "b"}', ["/name"]),
    "the same key thrice": (b'{"name": "a", "name": "b", "name": "c"}', ["/name"]),
    "the same part twice": (
        b'{"technicians": [{"id": "a", "shifts": [], "van_stock": {"x": 1, "x": 2}}]}',
        ["/technicians/0/van_stock/x"],
    ),
    "a lone surrogate": (b'{"name": "\\ud800"}', ["/name"]),
    "a lone surrogate in a name": (
        b'{"technicians": [{"id": "a", "shifts": [], "skills": {"\\udc00": 1}}]}', ["/technicians/0/skills/\udc00"],
    ),
    "a slash and a tilde in a field": (b'{"a/b~c": 1}', ["/a~1b~0c"]),
    "a place without a matrix": (b'{"visits": [{"id": "a", "location": 0, "duration": 1}]}', ["/visits/0/location"]),
    "rows but no columns": (b'{"travel": {"seconds": [[], []]}}', ["/travel/seconds/0", "/travel/seconds/1"]),
    "not square": (b'{"travel": {"seconds": [[0, 1]]}}', ["/travel/seconds/0"]),
    "overlapping shifts": (
        json.dumps(edited((f"{PM}/start", 99))).encode(), [PM],
    ),
    "a shift inside another": (
        json.dumps(edited((f"{AT}/shifts/0/end", 300))).encode(), [PM],
    ),
    "a visit twice in the plan in force": (
        json.dumps(edited(("/previous/0/stops/1", GOOD["previous"][0]["stops"][0]))).encode(),
        ["/previous/0/stops/1/id"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_malformed_document_is_refused(name: str) -> None:
    document, where = DOCUMENTS[name]
    assert pointers(document) == where


def test_there_are_at_least_sixty() -> None:
    assert len(VALUES) + len(REQUIRED) + len(DOCUMENTS) >= 60
    assert len(set(map(repr, VALUES))) == len(VALUES)


def test_the_good_document_is_good() -> None:
    problem = native.load_problem(json.dumps(GOOD))
    assert [visit.id for visit in problem.visits] == ["a", "b"]
    assert native.load_problem(json.dumps(GOOD)) == problem


def test_every_fault_is_listed_at_once() -> None:
    edits: list[tuple[str, Any]] = [
        ("/travel/seconds/0/1", 60.5), (f"{AT}/cost_per_km", -1), (f"{PM}/start", 50), (f"{TEA}/latest", 0),
        ("/warehouses/0/location", 9), (f"{A}/id", ""), (f"{A}/windows/1", [0, 5]), (f"{B}/pinned/shift", "x"),
        ("/links/0/first", "zz"), ("/links/1/visits/-", "zz"), ("/costs/change_technician", None), ("/extra", {}),
    ]  # fmt: skip
    found = pointers(json.dumps(edited(*edits)))
    expected = {pointer for pointer, _ in edits} - {"/links/1/visits/-", f"{PM}/start"}
    assert set(found) >= expected | {"/links/1/visits/2"}
    assert len(found) == len(set(found))


def test_of_a_matrix_of_fractions_a_hundred_are_told() -> None:
    document = json.dumps({"travel": {"seconds": [[0.5] * 30] * 30}})
    found = pointers(document)
    assert len(found) == 101
    assert found[-1] == "/travel/seconds"


def test_a_fault_says_what_where_and_how_to_mend_it() -> None:
    with pytest.raises(Malformed) as caught:
        native.load_problem(json.dumps(edited((f"{A}/duration", 600.0), (f"{B}/pinned/shift", "n\x1bight"))))
    assert str(caught.value).splitlines() == [
        "/visits/0/duration: is 600.0; must be a whole number (seconds), 0 to 2147483647; write 600",
        '/visits/1/pinned/shift: is "n\\u001bight"; must be the id of a shift, of which there are "am" and "pm"; '
        "correct it or add the shift",
    ]


def test_a_byte_order_mark_is_let_pass() -> None:
    assert native.load_problem(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()).name == "day"


def test_an_empty_problem_is_a_problem() -> None:
    problem = native.load_problem("{}")
    assert (problem.visits, problem.technicians, problem.travel.seconds.shape) == ((), (), (0, 0))
