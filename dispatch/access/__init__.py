"""Who may see and do what. Importing this puts the access rules on every query of a DispatchSession."""

from dispatch.access.permissions import PERMISSIONS, Action, may, require, spoken
from dispatch.access.scope import elevated, see_as, viewer_of
from dispatch.access.viewer import Viewer

__all__ = ["PERMISSIONS", "Action", "Viewer", "elevated", "may", "require", "see_as", "spoken", "viewer_of"]
