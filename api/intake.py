"""What intake goes by, made of the settings: the one place where the edge says so."""

from api.reception import thresholds
from api.services import Services
from dispatch.intake.channels.rules import Rules
from dispatch.intake.matching import Thresholds


def rules_of(services: Services) -> Rules:
    """The rules for these settings; tickets are placed by what matching says."""
    return services.intake


def thresholds_of(services: Services) -> Thresholds:
    """From which probability on tickets are merged, and from which a person is asked."""
    return thresholds(services.settings)
