"""Promises that would be broken."""

from datetime import date, datetime, time
from typing import Any

from pydantic import Field

from api.schemas.base import Out
from db.models import PromiseKind
from dispatch.promises.at_stake import AtStake


class AtStakeOut(Out):
    """A promise that would be broken."""

    promise_id: int = Field(description="The promise")
    kind: PromiseKind = Field(description="What was promised")
    work_order_id: int = Field(description="For which work order")
    work_order: str = Field(description="Its number", examples=["WO-1042"])
    visit_id: int | None = Field(description="The visit it would be broken by; null: by none in particular")
    local_date: date = Field(description="The day that was said")
    local_from: time | None = Field(description="The time that was said: from")
    local_by: time = Field(description="The time that was said: by")
    time_zone: str = Field(description="The IANA zone it was said in")
    by_at: datetime = Field(description="What that meant: by")
    starts_at: datetime | None = Field(description="When service would begin; null: nobody would come")
    why: str = Field(description="The same, in a sentence")


class StakesOut(Out):
    """Promises that would be broken."""

    promises_at_stake: list[AtStakeOut] = Field(description="The earliest due first")


def told(promise: AtStake) -> dict[str, Any]:
    """As a problem document lists it."""
    return AtStakeOut.model_validate(promise, from_attributes=True).model_dump(mode="json")
