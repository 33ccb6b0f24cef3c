"""Sites, and their access notes."""

from typing import Any

from api.dependencies import AskDep, RowId
from api.keeping import Keeping
from api.responses import failures
from api.schemas.sites import AccessNotesOut, SiteCreate, SiteEdit, SiteOut, SiteQuery
from dispatch.records.access_notes import read_access_notes
from dispatch.records.catalogue.parties import SITES

router = Keeping(
    noun=SITES,
    path="sites",
    one="site",
    many="sites",
    out=SiteOut,
    query=SiteQuery,
    create=SiteCreate,
    edit=SiteEdit,
    deletes=True,
).router()


@router.get(
    "/{key}/access-notes",
    response_model=AccessNotesOut,
    operation_id="get_access_notes",
    summary="Get the access notes of a site you visit today",
    responses=failures(401, 403, 404, 422),
)
def get_access_notes(ask: AskDep, key: RowId) -> Any:
    """Door codes and the like: for the technician who comes today, and nobody else."""
    notes = read_access_notes(ask.session, ask.viewer, key)
    return AccessNotesOut(access_notes=notes.site, appointment_notes=list(notes.visits))
