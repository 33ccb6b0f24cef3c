"""Where other systems are told by HTTP what happens."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Entity
from db.types import reference


class WebhookEndpoint(Entity, Base):
    """An address of another system that wants news of its organisation's work orders, or of all; signed with `secret`.

    topics: [] for all there are. failing_since: when deliveries began to fail, None: they do not.
    previous_secret: signs beside the other until `previous_until`, so that a new one can be taken over without haste.
    """

    __tablename__ = "webhook_endpoint"

    organisation_id: Mapped[int | None] = reference("organisation.id")
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(120))
    topics: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    failing_since: Mapped[datetime | None]
    previous_secret: Mapped[str | None] = mapped_column(String(120))
    previous_until: Mapped[datetime | None]
