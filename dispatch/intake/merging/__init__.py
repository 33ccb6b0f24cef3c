"""Tickets of several parties become one work order, and several again. Memberships are rows; nothing is moved.

A ticket belongs to one work order at a time. What the order says is folded from its tickets anew with each change, so
that taking a change back restores it exactly; each ticket keeps its number, its conversations and its parties.
"""

from dispatch.intake.merging.acts import merge, move, split
from dispatch.intake.merging.outcome import Change, Placed
from dispatch.intake.merging.placing import Matcher, Means, place
from dispatch.intake.merging.undoing import unmerge

__all__ = ["Change", "Matcher", "Means", "Placed", "merge", "move", "place", "split", "unmerge"]
