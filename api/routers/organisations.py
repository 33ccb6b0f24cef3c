"""Organisations."""

from api.keeping import Keeping
from api.schemas.organisations import OrganisationCreate, OrganisationEdit, OrganisationOut, OrganisationQuery
from dispatch.records.catalogue.parties import ORGANISATIONS

router = Keeping(
    noun=ORGANISATIONS,
    path="organisations",
    one="organisation",
    many="organisations",
    out=OrganisationOut,
    query=OrganisationQuery,
    create=OrganisationCreate,
    edit=OrganisationEdit,
    deletes=True,
).router()
