"""What intake goes by, made of the settings: the one place where the edge says so."""

from functools import lru_cache
from pathlib import Path

from api.services import Services
from db.session import Session
from dispatch.intake.channels.rules import INTAKE, Rules
from dispatch.intake.matching import Thresholds
from dispatch.intake.merging import place
from dispatch.records.attachments import Files


def rules_of(services: Services) -> Rules:
    """The rules for these settings; tickets are placed by what matching says."""
    return _rules(services.data_dir, thresholds_of(services))


def thresholds_of(services: Services) -> Thresholds:
    """From which probability on tickets are merged, and from which a person is asked."""
    return Thresholds()


@lru_cache(maxsize=8)
def _rules(data_dir: Path, thresholds: Thresholds) -> Rules:
    def place_it(session: Session, ticket_id: int) -> object:
        return place(session, INTAKE, ticket_id, thresholds)

    return Rules(files=Files(data_dir), place=place_it)
