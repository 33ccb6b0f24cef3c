"""The QR codes on units, by which anybody reports without signing in."""

from io import BytesIO
from typing import Any, Final

import segno
from fastapi import APIRouter, Request, Response

from api.dependencies import AskDep, IdempotencyKey, RowId
from api.responses import failures
from api.schemas.intake.articles import ReportCodeOut
from api.transaction import Transaction
from dispatch.intake.form import report_codes

router = APIRouter(prefix="/equipment", tags=["equipment"], route_class=Transaction)
SVG: Final = "image/svg+xml"
_MODULE: Final = 8
"""Pixels of a module of the code; it is a vector picture, so any size prints well."""


@router.post(
    "/{key}/report-code",
    response_model=ReportCodeOut,
    operation_id="make_report_code",
    summary="Make the report code of a unit",
    responses=failures(401, 403, 404, 422),
)
def make_report_code(ask: AskDep, key: RowId, _key: IdempotencyKey) -> Any:
    """Made once; asked again, it is the same."""
    code = report_codes.make(ask.session, ask.viewer, key)
    return ReportCodeOut(code=code, path=f"/q/{code}", svg=f"/v1/equipment/{key}/report-code.svg")


@router.get(
    "/{key}/report-code.svg",
    response_class=Response,
    operation_id="get_report_code_picture",
    summary="Get the QR code of a unit as a picture to print",
    responses=failures(401, 403, 404, 422) | {200: {"content": {SVG: {}}}},
)
def get_report_code_picture(ask: AskDep, request: Request, key: RowId) -> Response:
    """It holds the address of the report form, under DISPATCH_PUBLIC_URL where that is set."""
    code = report_codes.code_of(ask.session, ask.viewer, key)
    base = ask.services.settings.public_url or str(request.base_url)
    picture = BytesIO()
    # Level Q still reads with a quarter of it scratched away.
    segno.make(f"{base.rstrip('/')}/q/{code}", error="q", micro=False).save(
        picture, kind="svg", scale=_MODULE, xmldecl=False, title="Report a fault"
    )
    return Response(picture.getvalue(), media_type=SVG)
