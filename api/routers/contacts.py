"""Contacts."""

from api.keeping import Keeping
from api.schemas.contacts import ContactCreate, ContactEdit, ContactOut, ContactQuery
from dispatch.records.catalogue.parties import CONTACTS

router = Keeping(
    noun=CONTACTS,
    path="contacts",
    one="contact",
    many="contacts",
    out=ContactOut,
    query=ContactQuery,
    create=ContactCreate,
    edit=ContactEdit,
    deletes=True,
).router()
