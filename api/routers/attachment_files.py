"""What is in an attachment, for who may see it."""

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Response

from api.dependencies import AskDep, RowId
from api.responses import failures
from api.transaction import Transaction
from dispatch.records.catalogue.tickets import ATTACHMENTS
from dispatch.records.keep import read

router = APIRouter(prefix="/attachments", tags=["attachments"], route_class=Transaction)

_SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Types that a browser shows as they are; anything else is only saved."""


@router.get(
    "/{key}/content",
    response_class=Response,
    operation_id="get_attachment_content",
    summary="Get what is in an attachment",
    responses=failures(401, 403, 404, 422) | {200: {"content": {"application/octet-stream": {}}}},
)
def get_attachment_content(ask: AskDep, key: RowId) -> Response:
    """The file as it was kept: photographs without their place."""
    kept = read(ask.session, ask.viewer, ATTACHMENTS, key)
    content = ask.services.intake.files.read(kept.sha256)
    shown = kept.media_type in _SHOWN
    how = "inline" if shown else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(kept.filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=kept.media_type if shown else "application/octet-stream", headers=headers)
