"""Contract clocks: by when somebody is there, by when it works again, and how that was derived.

They stand still while a work order waits for the customer (`dispatch.records.catalogue.pausing`).
"""

from dispatch.intake.clocks.deadlines import Clocks, Deadline, Start, Terms, clocks
from dispatch.intake.clocks.reading import clocks_of, derive

__all__ = ["Clocks", "Deadline", "Start", "Terms", "clocks", "clocks_of", "derive"]
