"""What else can go wrong in keeping records.

Conflict
└── KeyReused   an Idempotency-Key came again with another request
"""

from dispatch.errors import Conflict


class KeyReused(Conflict):
    """An Idempotency-Key came again with another request."""
