"""Contract clocks: by when somebody is there, by when it works again, and how that was derived."""

from dispatch.intake.clocks.deadlines import Clocks, Deadline, Start, Terms, clocks
from dispatch.intake.clocks.pausing import follow
from dispatch.intake.clocks.reading import clocks_of, derive

__all__ = ["Clocks", "Deadline", "Start", "Terms", "clocks", "clocks_of", "derive", "follow"]
