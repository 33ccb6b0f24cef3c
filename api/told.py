"""What our webhooks send, for the description of the application (OpenAPI, `webhooks`)."""

from typing import Final

from fastapi import APIRouter

from api.schemas.base import Out
from api.schemas.webhooks import AppointmentHook, TestHook, VisitHook, WorkOrderHook
from dispatch.messaging.happenings import Topic
from dispatch.messaging.webhooks import TEST

_ABOUT: Final = (
    "A POST, signed by Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature). Any 2xx takes it; else it "
    "comes again under the same id, with growing pauses, for three days. 410 switches the endpoint off. It holds ids, "
    "numbers, states and times, nothing about people. Messages may come twice, and out of order."
)
_SHAPES: Final[dict[str, type[Out]]] = {"appointment": AppointmentHook, "work_order": WorkOrderHook, "visit": VisitHook}


def told() -> APIRouter:
    """One entry for each topic."""
    router = APIRouter()
    shapes: dict[str, type[Out]] = {topic.value: _SHAPES[topic.partition(".")[0]] for topic in Topic}
    for topic, shape in (shapes | {TEST: TestHook}).items():
        _add(router, topic, shape)
    return router


def _add(router: APIRouter, topic: str, shape: type[Out]) -> None:
    def receive(body: Out) -> None:
        """Described only: it is others that are called."""

    receive.__annotations__["body"] = shape
    router.add_api_route(
        topic,
        receive,
        methods=["POST"],
        tags=["webhooks"],
        operation_id=f"told_{topic.replace('.', '_')}",
        summary=topic,
        description=_ABOUT,
        response_description="It was taken",
    )
