"""A customer who came by a link: what they may see is their one work order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guest:
    """Who holds a customer's link. may_decide: whether they may choose, change and cancel, or only see.

    Use cases for guests look at nothing but `work_order_id`, by explicit ids, as the system.
    """

    link_id: int
    work_order_id: int
    contact_id: int | None
    conversation_id: int | None
    may_decide: bool
    language: str
