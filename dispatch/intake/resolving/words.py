"""Words as they are compared: without case, accents and signs; and what they say of a kind of equipment and a place."""

import re
import unicodedata
from typing import Final

_STREETS: Final = re.compile(
    r"\b(calle|avenida|avda|av|pasaje|pje|paseo|camino|street|st|road|rd|avenue|ave|lane|strasse|str|weg|platz)\b\.?"
)
_KINDS: Final = {
    "lift": (
        r"lifts?|elevators?|ascensor(es)?|elevador(es)?|montacargas|aufzug\w*|aufzuge\w*|fahrstuhl\w*|"
        r"personenaufzug\w*|lastenaufzug\w*"
    ),
    "escalator": r"escalators?|escaleras? mecanicas?|rolltreppen?",
    "boiler": r"boilers?|heating|calderas?|calefaccion|calefon|heizung\w*|heizkessel\w*|kessel|therme",
    "door": r"gates?|garage doors?|portones|porton|tore?|garagentor\w*",
}
_KIND_PATTERNS: Final = {kind: re.compile(rf"\b({words})\b") for kind, words in _KINDS.items()}
_POSITIONS: Final = {
    "left": r"left(?! (?:the|a|an|me|us|it|home|without|at)\b)|left-hand|izquierd[oa]|linke[nrsm]?|links",
    "right": r"right|right-hand|derech[oa]|rechte[nrsm]?|rechts",
    "middle": r"middle|centre|center|central|del medio|medio|mittlere[nrsm]?|mitte",
    "front": r"front|delanter[oa]|frente|vordere[nrsm]?|vorne",
    "back": r"(?<!call )(?<!call me )(?<!call us )(?<!came )(?<!come )back|rear|traser[oa]|fondo|hintere[nrsm]?|hinten",
    "north": r"north\w*|norte|nord\w*",
    "south": r"south\w*|sur|sud\w*",
    "east": r"east\w*|oriente|este|ost\w*",
    "west": r"west\w*|poniente|oeste",
    "goods": r"goods|freight|service|carga|montacargas|lasten\w*|guter\w*",
    "guests": r"passengers?|guests?|visitas?|pasajeros?|personen\w*|gaste\w*",
}
_POSITION_PATTERNS: Final = {place: re.compile(rf"\b({words})\b") for place, words in _POSITIONS.items()}
_NUMBERED: Final = re.compile(
    r"\b(?:lift|elevator|ascensor|elevador|aufzug|fahrstuhl|boiler|caldera|kessel|heizkessel|shaft|car|cabina|kabine)"
    r"\s*(?:no|nr|n|num|numero|number|nummer)?[\s.:#°º-]*(\d{1,2}|[a-f])\b"
)
_ORDINALS: Final = {
    "1": r"first|primer[oa]?|erste[nrsm]?",
    "2": r"second|segund[oa]|zweite[nrsm]?",
    "3": r"third|tercer[oa]?|dritte[nrsm]?",
    "4": r"fourth|cuart[oa]|vierte[nrsm]?",
}
_UNIT: Final = r"(?:lift|elevator|ascensor|elevador|aufzug|fahrstuhl|boiler|caldera|kessel)"
_ORDINAL_PATTERNS: Final = {
    number: re.compile(rf"\b(?:(?:{words})\s+{_UNIT}|{_UNIT}\s+(?:{words}))\b") for number, words in _ORDINALS.items()
}


def plain(text: str) -> str:
    """The text in small letters without accents: "Äußere Straße" → "aussere strasse"."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def code(text: str) -> str:
    """A serial or label as it is compared: letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", plain(text))


def street(text: str) -> str:
    """A street's name as it is compared, without "Avenida" or "str."."""
    words = re.sub(r"[^\w\s]", " ", _STREETS.sub(" ", re.sub(r"str(asse)?\b\.?", " str ", plain(text))))
    return re.sub(r"\s+", " ", words).strip()


def kinds_in(text: str) -> frozenset[str]:
    """Which kinds of equipment the words name."""
    said = plain(text)
    return frozenset(kind for kind, pattern in _KIND_PATTERNS.items() if pattern.search(said))


def positions_in(text: str) -> frozenset[str]:
    """Which places or numbers the words give a unit: "the left lift" → {"left"}, "Aufzug 2" → {"2"}."""
    said = plain(text)
    found = {place for place, pattern in _POSITION_PATTERNS.items() if pattern.search(said)}
    found |= {number for number, pattern in _ORDINAL_PATTERNS.items() if pattern.search(said)}
    return frozenset(found | set(_NUMBERED.findall(said)))
