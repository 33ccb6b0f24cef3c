"""What all tests of planning share."""

import pytest

from dispatch.access import Viewer
from dispatch.travel.straight import StraightLine

SYSTEM = Viewer.system()
ROADS = StraightLine()
sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what no database can change."""
