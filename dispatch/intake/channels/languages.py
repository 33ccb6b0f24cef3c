"""Which language a text is in, of those that we answer in: by its words, their endings and its letters.

Reports are short ("no funciona el ascensor"), of which general detectors say little; three languages and what people
say of lifts and boilers take a list, not a model.
"""

import re
from collections.abc import Mapping
from typing import Final

MOST_WORDS: Final = 400

_WORDS: Final[Mapping[str, str]] = {
    "en": """
        the and is are was were be been has have had does did do not with for from our my your we you they
        it it's i i'm this that there here please since when where what why who how can can't cannot could
        will won't would should don't doesn't isn't didn't of to at by on off out up down again still since
        yesterday today morning tonight now somebody someone nobody people help hello hi thanks thank yes
        between floor floors inside outside lift elevator door doors boiler heating heater hot cold water
        leak leaking leaks gas smell smells broken stuck stopped stops stop works working noise noisy loud
        rattles opens open close closes closed light lights button buttons alarm basement building apartment
        flat room kitchen trapped fire smoke power street urgent repair fix send come coming technician
        pressure warm radiator moves move moving car goods left right
    """,
    "es": """
        el la los las un una unos unas y o pero que qué con sin por para del al de en se su sus mi mis nos
        nuestro nuestra es está esta este esto están estan son era fue hay ha han tiene tengo tenemos muy
        más mas ya aún todavía todavia desde cuando cuándo dónde donde quien quién como cómo puede puedo
        podemos favor hola gracias buenos buenas días dias tardes noches ayer hoy mañana anoche ahora aquí
        aqui alguien nadie gente persona personas ayuda auxilio urgente sí lo le les yo usted ustedes entre
        piso pisos dentro adentro fuera afuera otra vez ascensor ascensores elevador montacargas puerta
        puertas caldera calefacción calefaccion calefón calefon agua caliente fría fria fuga gotea olor
        huele gas roto rota malo mala dañado averiado averiada falla fallas fallando funciona funcionan
        funcionando abre abren cierra cierran sube suben baja bajan detenido detenida parado parada pegado
        atascado atascada atrapado atrapada atrapados encerrado encerrada encerrados ruido ruidos suena
        golpea luz luces botón boton botones alarma subterráneo subterraneo sótano sotano edificio
        departamento depto casa sala cocina fuego humo incendio corriente calle reparar arreglar técnico
        tecnico venga vengan manda manden presión presion prende enciende apaga apagado apagó quedó quedo
        quedamos mueve vibra tiembla salir citófono citofono izquierdo izquierda derecho derecha cabina
    """,
    "de": """
        der die das den dem des ein eine einen einem einer und oder aber ist sind war hat haben habe wird
        nicht kein keine mit für fur von vom zum zur bei im ins am auf aus seit wenn wann wo wer was wie
        warum bitte danke hallo guten tag ich wir sie es uns unser unsere mein meine mir ihr ihre kann
        können konnen geht gehen steht stehen noch schon wieder mehr sehr auch nur jetzt heute gestern
        morgen niemand jemand leute personen hilfe zwischen stock etage aufzug aufzüge fahrstuhl lift tür
        ture türen heizung kessel heizkessel therme warm warmes kalt wasser leck undicht tropft gas
        gasgeruch riecht geruch kaputt defekt steckt stecken fest festsitzt gefangen eingeschlossen
        funktioniert öffnet offnet schließt schliesst fährt fahrt laut lärm geräusch licht knopf taste alarm
        keller gebäude haus wohnung raum küche kuche feuer brennt rauch strom straße strasse dringend
        reparieren techniker links rechts linke rechte druck läuft lauft raus sitzt
    """,
}
_BY_LANGUAGE: Final = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_ENDINGS: Final = {
    "en": re.compile(r"(ing|tion|ness|ght|'t|'s|'re|'ve)$"),
    "es": re.compile(r"(ción|cion|mente|ando|iendo|idad|amos|emos|aron|ieron|ado|ada|ados|adas|ora|itos?|itas?)$"),
    "de": re.compile(r"(ung|lich|keit|heit|isch|schaft|ieren|igt|elt|chen|cht)$"),
}
_LETTERS: Final = {"en": re.compile(r"(?!)"), "es": re.compile(r"[ñ¿¡áíóú]"), "de": re.compile(r"[ßäö]")}
_WORD: Final = 1.0
_ENDING: Final = 0.5
_LETTER: Final = 1.0
LEAST: Final = 1.0
"""Below this a text says nothing of its language."""

CLEARER: Final = 1.2
"""So many times more the best must have than the next."""


def language_of(text: str) -> str | None:
    """English, Spanish or German; None where that is not clear, such as of a number or a name."""
    folded = text.casefold()
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", folded.replace("’", "'"))[:MOST_WORDS]
    scores = sorted((_score(language, words, folded), language) for language in _BY_LANGUAGE)
    (second, _), (best, language) = scores[-2:]
    return language if best >= LEAST and best > CLEARER * second else None


def _score(language: str, words: list[str], text: str) -> float:
    known, ending = _BY_LANGUAGE[language], _ENDINGS[language]
    said = sum(_WORD if word in known else _ENDING if len(word) > 4 and ending.search(word) else 0.0 for word in words)
    return said + (_LETTER if _LETTERS[language].search(text) else 0.0)
