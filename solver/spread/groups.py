"""Things that belong together, joined two by two."""

from collections.abc import Iterable, Sequence


class Groups:
    """Groups of the things 0 .. n-1, each alone at first; no join makes one heavier than `most`."""

    def __init__(self, weights: Sequence[int], most: int) -> None:
        self._leader = list(range(len(weights)))
        self._weight = list(weights)
        self._most = most

    def leader(self, thing: int) -> int:
        """The one that stands for the thing's group."""
        while self._leader[thing] != thing:
            self._leader[thing] = self._leader[self._leader[thing]]
            thing = self._leader[thing]
        return thing

    def join(self, one: int, other: int) -> None:
        """Makes one group of two, if it is not too heavy."""
        a, b = sorted((self.leader(one), self.leader(other)))
        if a != b and self._weight[a] + self._weight[b] <= self._most:
            self._leader[b] = a
            self._weight[a] += self._weight[b]

    def of(self, things: Iterable[int]) -> list[list[int]]:
        """These things by group, in the order of the first of each."""
        found: dict[int, list[int]] = {}
        for thing in things:
            found.setdefault(self.leader(thing), []).append(thing)
        return list(found.values())

    def all(self) -> list[list[int]]:
        """All things by group."""
        return self.of(range(len(self._leader)))
