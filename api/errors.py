"""Errors that only HTTP knows.

DispatchError
├── BodyTooLarge         the request is larger than the server reads
├── UnsupportedType      the body is of a type that this route does not read
└── PreconditionMissing  an edit without If-Match
"""

from dispatch.errors import DispatchError


class BodyTooLarge(DispatchError):
    """The request is larger than the server reads."""


class UnsupportedType(DispatchError):
    """The body is of a type that this route does not read."""


class PreconditionMissing(DispatchError):
    """An edit without If-Match."""
