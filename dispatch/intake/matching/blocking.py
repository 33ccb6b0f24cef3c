"""Which records are worth comparing: those that share a key. Many know one key; whoever shares several comes first."""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from dispatch.intake.matching.record import Record
from dispatch.intake.matching.text import digits_of, sound

LONGEST_KEY: Final = 80
PER_KEY: Final = 300
"""The newest so many of each key are looked at; those beyond only when they share two such keys."""
MOST: Final = 150
"""So many candidates are compared at most."""
GEO_DEGREES: Final = 0.004
PHONE_DIGITS: Final = 8
COMMON: Final = 30
"""A value is common from so many on: below, how many share it changes nothing, so that order of arrival cannot."""


class Index(Protocol):
    """Where records are found by their keys."""

    def newest(self, keys: Sequence[str], most: int) -> dict[str, list[int]]:
        """The newest records of each key, newest first, `most` each."""

    def sharing(self, one: str, other: str, most: int) -> list[int]:
        """The newest records that have both keys."""

    def count(self, key: str) -> int:
        """How many records have a key."""


def keys_of(record: Record) -> tuple[str, ...]:
    """The keys under which a record is found, in order, each at most 80 characters."""
    keys = {
        *_ids(record),
        *(key for phone in record.phones for key in value_keys("phone", phone)),
        *(key for email in record.emails for key in value_keys("email", email)),
        *(f"se:{serial}" for serial in record.serials),
        *(f"lb:{label}" for label in record.labels),
        *(f"rf:{reference}" for reference in record.references),
        *_place_keys(record),
        *_name_keys(record),
    }
    return tuple(sorted(key[:LONGEST_KEY] for key in keys))


def _ids(record: Record) -> Iterable[str]:
    known = (("eq", record.equipment_id), ("si", record.site_id), ("co", record.contact_id))
    return (f"{name}:{value}" for name, value in known if value is not None)


def _place_keys(record: Record) -> Iterable[str]:
    number = digits_of(record.number) or record.number
    for word in sorted(record.street.split(), key=lambda each: (-len(each), each))[:2]:
        yield f"ad:{sound(word)} {number}"
    if record.street and number:
        yield f"ad:{sound(max(record.street.split(), key=lambda each: (len(each), each)))} "
    if len(number) > 1:
        yield from (f"nc:{number} {concept}" for concept in record.concepts)
        if record.postcode:
            yield f"pn:{record.postcode} {number}"
    if record.latitude is not None and record.longitude is not None:
        for grid, shift in (("a", 0.0), ("b", GEO_DEGREES / 2)):
            row, column = ((value + shift) // GEO_DEGREES for value in (record.latitude, record.longitude))
            yield f"ge:{grid}{row:.0f},{column:.0f}"


def _name_keys(record: Record) -> Iterable[str]:
    for name in record.names:
        yield from name_keys(name)
        if record.postcode:
            yield from (f"pc:{record.postcode} {sound(word)}" for word in name.split() if len(word) > 2)


def name_keys(name: str) -> list[str]:
    """Each two words of a name, by sound: people leave a family name out."""
    heard = sorted({sound(word) for word in name.split() if len(word) > 1})[:4]
    return [f"nm:{one} {other}" for one, other in itertools.combinations(heard, 2)]


def value_keys(name: str, value: str) -> list[str]:
    """The keys of a value that may be common, by field: "phone" → ["ph:22345678"]; none for other fields."""
    if name == "name":
        return [key[:LONGEST_KEY] for key in name_keys(value)]
    known = {"phone": f"ph:{value[-PHONE_DIGITS:]}", "email": f"em:{value}"}
    return [known[name][:LONGEST_KEY]] if name in known else []


def candidates(index: Index, keys: Sequence[str], most: int = MOST) -> list[int]:
    """Who is worth comparing with a record that has these keys: at most `most`.

    Whoever shares rarer and more keys comes first, then the newest. Of a key that very many share the newest are
    looked at, and those that share another such key.
    """
    found = index.newest(keys, PER_KEY)
    worth: dict[int, float] = {}
    for ids in found.values():
        for each in ids:
            worth[each] = worth.get(each, 0.0) + 1.0 / math.log2(2 + len(ids))
    full = [key for key in keys if len(found.get(key, ())) >= PER_KEY]
    for place, one in enumerate(full):
        for other in full[place + 1 :]:
            for each in index.sharing(one, other, PER_KEY):
                worth[each] = worth.get(each, 0.0) + 0.5
    return sorted(worth, key=lambda each: (-round(worth[each], 9), -each))[:most]


@dataclass(slots=True)
class LiveCommonness:
    """How common the values in an index are; asks for each value once."""

    index: Index
    _known: dict[str, float] = field(default_factory=dict)

    def bits(self, field: str, value: str) -> float:
        """Nothing up to `COMMON` records; from there on what the larger number takes away."""
        keys = value_keys(field, value)
        return min((self._of(key) for key in keys), default=0.0, key=abs)

    def _of(self, key: str) -> float:
        if key not in self._known:
            self._known[key] = min(0.0, -math.log2(max(1, self.index.count(key)) / COMMON))
        return self._known[key]


@dataclass(slots=True)
class MemoryIndex:
    """An index in memory, for files; a record's id is its place."""

    _by_key: dict[str, list[int]] = field(default_factory=dict)

    def add(self, key_id: int, keys: Iterable[str]) -> None:
        """Adds a record; ids grow."""
        for key in keys:
            self._by_key.setdefault(key, []).append(key_id)

    def newest(self, keys: Sequence[str], most: int) -> dict[str, list[int]]:
        """See `Index`."""
        return {key: self._by_key[key][: -most - 1 : -1] for key in keys if key in self._by_key}

    def sharing(self, one: str, other: str, most: int) -> list[int]:
        """See `Index`."""
        others = set(self._by_key.get(other, ()))
        return sorted((each for each in self._by_key.get(one, ()) if each in others), reverse=True)[:most]

    def count(self, key: str) -> int:
        """See `Index`."""
        return len(self._by_key.get(key, ()))

    def blocks(self) -> Mapping[str, Sequence[int]]:
        """All records by key."""
        return self._by_key


def pairs_within(index: MemoryIndex, largest: int) -> set[tuple[int, int]]:
    """All pairs of a file that share a key; a key of more than `largest` is split by the second key they share."""
    pairs: set[tuple[int, int]] = set()
    keys_of_large: dict[int, list[str]] = {}
    for key, ids in sorted(index.blocks().items()):
        if len(ids) <= largest:
            pairs.update((one, other) for place, one in enumerate(ids) for other in ids[place + 1 :])
        else:
            for each in ids:
                keys_of_large.setdefault(each, []).append(key)
    shared: dict[tuple[str, str], list[int]] = {}
    for each, keys in keys_of_large.items():
        for place, one in enumerate(keys):
            for other in keys[place + 1 :]:
                shared.setdefault((one, other), []).append(each)
    for ids in shared.values():
        if len(ids) <= largest:
            pairs.update((one, other) for place, one in enumerate(ids) for other in ids[place + 1 :])
    return pairs


def how_common(values: Iterable[str]) -> Counter[str]:
    """How often each value comes."""
    return Counter(values)
