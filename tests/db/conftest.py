"""The database's own floor is tested without the access rules of the floor above, whoever imported them before."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from db.session import DispatchSession
from dispatch.access.scope import scope_query


@pytest.fixture(autouse=True)
def _without_access_rules() -> Iterator[None]:
    event.remove(DispatchSession, "do_orm_execute", scope_query)
    yield
    event.listen(DispatchSession, "do_orm_execute", scope_query)
