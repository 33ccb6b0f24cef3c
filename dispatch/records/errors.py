"""What else can go wrong in keeping records.

Conflict
├── KeyReused   an Idempotency-Key came again with another request
└── IdReused    a sender's own id of a message came again with other content
"""

from dispatch.errors import Conflict


class KeyReused(Conflict):
    """An Idempotency-Key came again with another request."""


class IdReused(Conflict):
    """A sender's own id of a message came again with other content."""
