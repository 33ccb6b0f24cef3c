"""What can go wrong with an appointment beside what can go wrong everywhere.

DispatchError
└── RuleBroken
    ├── NoRoom     nobody can keep the window any more
    └── TooMany    too many holds at once; names the limit
"""

from dispatch.errors import RuleBroken


class NoRoom(RuleBroken):
    """Nobody can keep the window any more: somebody else was quicker, or the plan changed."""


class TooMany(RuleBroken):
    """Too many windows are held at the same time."""
