"""How people say in English, Spanish and German that somebody is in danger. Patterns of plain text (see `words`)."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger: what we call it, and what is said of it.

    harmless: what looks like it and is not; cut out of the text first.
    """

    reason: str
    said: re.Pattern[str]
    harmless: re.Pattern[str] | None = None


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_SOMEBODY: Final = (
    r"\b(?:i|im|ive|we|were|weve|he|hes|she|shes|some(?:one|body)|(?:a |old |young )?(?:person|man|woman|lady|guy|child|boy|girl|baby)"
    r"|people|persons|children|kids?|residents?|tenants?|passengers?|occupants?|users?|guests?|visitors?|patients?"
    r"|mother|mum|mom|father|dad|son|daughter|wife|husband|grandmother|grandfather|neighbou?rs?|customers?|employees?"
    r"|colleagues?|cleaner|pensioner|teacher|students?|family|couple|everyone|us|me|them)\b"
)
_BEING: Final = (
    r"(?: (?:am|is|are|was|were|be|been|has|have|got|get|getting|being|still|now|currently|all|both|really|also))*"
)
_LIFT: Final = (
    r"(?:lift|elevator|car|cabin|cab|ascensor|elevador|cabina|montacargas|aufzug|fahrstuhl|lift|kabine|fahrkorb)"
)
_JEMAND: Final = (
    r"\b(?:ich|wir|jemand|leute|menschen|personen|person|mann|frau|kind(?:er)?|mutter|vater|tochter|sohn|oma|opa"
    r"|nachbar(?:in|n)?|bewohner(?:in)?|mieter(?:in)?|kund(?:e|in|en)|gast|gaste|besucher(?:in)?|patient(?:in|en)?"
    r"|kolleg(?:e|in|en)|mitarbeiter(?:in)?|monteur|dame|herr|rollstuhlfahrer(?:in)?)\b"
)
_ALGUIEN: Final = (
    r"\b(?:alguien|gente|personas?|pasajer[oa]s?|ninos?|ninas?|bebe|senora?|senores|abuel[oa]|vecin[oa]s?|residentes?"
    r"|arrendatari[oa]s?|adult[oa]s?|mama|madre|papa|padre|hij[oa]s?|marido|espos[oa]|paciente|visitas?|clientes?"
    r"|trabajador(?:es|a)?|huespedes|familia|mujer|hombre|una? \w+)\b"
)

TRAPPED: Final = Danger(
    "a person is trapped",
    _any(
        r"\btrapped\b",
        r"\bentrapment\b",
        rf"{_SOMEBODY}{_BEING} (?:stuck|locked in|stranded)\b",
        rf"\b(?:stuck|locked|stranded|caught) (?:\w+ )?(?:in|inside|into) (?:\w+ )?{_LIFT}\b(?! (?:door|shaft|pit|lock|track|sill|guide))",
        r"\bstuck inside\b|\blocked inside\b",
        rf"\bstuck{_BEING} (?:with|there (?:is|are)) (?:\w+ ){{0,2}}{_SOMEBODY[2:]}",
        r"\b(?:cant|cannot|can not|couldnt|unable to) (?:get|come|climb) out\b",
        r"\b(?:let|get|free|rescue) (?:me|us|them|him|her|people|someone|somebody)(?: \w+)? (?:out|from)\b",
        rf"\b(?:people|person|passengers?|someone|somebody|child|children|man|woman)(?: (?:is|are|still))* inside\b",
        r"\batrapad[oa]s?\b",
        r"\bencerrad[oa]s?\b",
        rf"{_ALGUIEN}(?: \w+){{0,3}} (?:atascad|atorad|bloquead|pegad|varad|detenid)[oa]s?\b",
        r"\b(?:estoy|estamos|quede|quedamos|me quede|nos quedamos) (?:\w+ )?(?:atascad|atorad|pegad|bloquead|varad)[oa]s?\b",
        rf"\b(?:atascad|atorad|varad)[oa]s? (?:dentro|adentro|en (?:el|la|un|una)) ?(?:{_LIFT})?",
        r"\b(?:puede|puedo|pueden|podemos|logra|logran|logramos) salir\b",
        rf"{_ALGUIEN}(?: \w+){{0,3}} (?:a?dentro|en el interior)\b",
        r"\b(?:sacar|saquen|saquenos|saquenme|saqueme|rescatar|rescaten)(?:nos|me|l[oae]s?)?\b(?: a)?(?: \w+)? ?(?:del?|ascensor|personas?|gente|nos|me)\b",
        r"\b(?:socorro|auxilio)\b",
        r"\b(?:eingeschlossen|eingesperrt|eingeklemmt|gefangen)e?[rnms]?\b",
        rf"{_JEMAND}(?: \w+){{0,3}} (?:steck\w*|sitz\w* (?:\w+ ){{0,3}}fest|feststeck\w*|festsitz\w*|festhang\w*)",
        rf"\b(?:steck\w*|sitz\w*|hang\w*)(?: \w+){{0,2}} {_JEMAND[2:]}",
        rf"\b(?:komme|kommen|kommt|konnen)(?: \w+){{0,4}} (?:he)?raus\b",
        rf"{_JEMAND}(?: (?:ist|sind|noch|immer|drin|befinde\w* sich|sich))* (?:im|in der|in dem) {_LIFT}\b(?! (?:riech|hor|hat|haben|mochte))",
        r"\bpersonenbefreiung\b|\bpersoneneinschluss\b|\bbefrei(?:en|t) sie\b",
    ),
    _any(
        r"\b(?:air|water|steam|dirt|cable|rope|paper|stone|debris)(?: (?:is|was|got|gets))? trapped\b",
        r"\btrapped (?:air|water|steam|dirt|debris|cable)\b",
        r"\b(?:aire|agua|vapor|cable|suciedad|papel|piedra)(?: \w+)? (?:atrapad|encerrad)[oa]s?\b",
        r"\b(?:luft|wasser|schmutz|kabel|dampf)(?: \w+)? (?:eingeschlossen|eingeklemmt|gefangen)\w*",
        r"\b(?:i|we|he|she)(?: \w+)? (?:stuck|locked in) (?:with (?:this|the|a)|in traffic|at (?:work|home))\b",
    ),
)
GAS: Final = Danger(
    "gas is smelt or escapes",
    _any(
        r"\bsmel\w*(?: \w+){0,5} gas\b",
        r"\b(?:odou?r|stench|stink\w*|reek\w*|whiff)(?: \w+){0,3} gas\b",
        r"\bgas(?: \w+)? (?:smel\w*|odou?r|stench|leak\w*|escap\w*)",
        r"\b(?:leak\w*|escap\w*|hiss\w*)(?: (?:of|the|natural|some))* gas\b",
        r"\bgas (?:is |was )?(?:coming out|pouring out|hissing)\b",
        r"\b(?:olor|olores|huele|hueles|oler|oliendo|olia|oli|oliera|hedor|aroma)(?: \w+){0,4} gas\b",
        r"\b(?:fugas?|escapes?|perdidas?|filtracion|emanacion)(?: \w+){0,3} gas\b",
        r"\b(?:escapa|sale|sali?endo|fuga)(?: \w+){0,2} gas\b",
        r"\bgas(?:geruch|gestank|leck|leckage|austritt)\w*",
        r"\b(?:riech\w*|stink\w*|geruch|gestank|rieche)(?: \w+){0,5} gas\b",
        r"\bgas(?: \w+){0,3} (?:riech\w*|gerochen|ausstromt|austritt|entweicht|stromt aus|tritt aus)",
        r"\bgas (?:stromt|tritt|zischt)\b",
    ),
    _any(r"\bgas (?:leak|smell) (?:test|check|detector test)s?\b", r"\bno gas (?:supply|pressure)\b"),
)
FIRE: Final = Danger(
    "fire or smoke",
    _any(
        r"\bfire\b",
        r"\b(?:in|shooting|open|visible|see|with|of|are) flames\b|\bflames (?:coming|shooting|out|visible|from)\b",
        r"\bsmok(?:e|y|ing)\b",
        r"\bsmo(?:u)?lder\w*",
        r"\b(?:burning|burnt|burned|scorched|charred)(?: \w+){0,2} (?:smell|odou?r)\b",
        r"\bsmel\w*(?: \w+){0,3} (?:burning|burnt|burned|scorched|smoke)\b",
        r"\b(?:something|it|motor|cable|panel|controller|machine|wires?|is|are) (?:is |are )?burning\b",
        r"\bsparks?\b|\bsparking\b|\bexplo(?:sion|ded)\b",
        r"\bfuego\b|\bincendi(?:o|os|a|ando|andose|ado|aron)\b|\bhumo\b|\bhumareda\b|\bhumea\w*",
        r"\b(?:en|con|hay|las|unas|salen) llamas\b",
        r"\b(?:quema|quemo|queman|quemando|quemandose|ardiendo|arde|ardio)\b",
        r"\b(?:olor|huele|oler)(?: \w+){0,3} (?:quemad[oa]|chamuscad[oa]|humo)\b",
        r"\bchispas?\b|\bchispea\w*|\bchisporrote\w*|\bexplot(?:o|a)\b|\bexplosion\b",
        r"\bfeuer\b|\bbrand\b|\bbrandgeruch\w*|\bes brennt\b|\bbrennt es\b|\bin brand\b",
        r"\b(?:motor|aufzug|kessel|keller|schaltschrank|steuerung|kabel|heizung) brennt\b",
        r"\brauch\b|\brauch(?:t|en|entwicklung|wolken?|schwaden|geruch)\b|\bqualm\w*|\bflammen (?:schlagen|kommen|aus)\b",
        r"\bfunken\b|\bexplodiert\b|\b(?:ver)?schmor\w*",
        r"\b(?:riech\w*|stink\w*|geruch)(?: \w+){0,3} (?:verbrann\w*|angebrann\w*|verschmort\w*|rauch|brand)\b",
    ),
    _any(
        r"\b(?:smoke|fire)[ -]?(?:alarm|detector|door|drill|inspection|extinguisher|damper|test|service|mode|panel|hose"
        r"|safety|certificate|regulation|vent\w*|escape|exit|lift|brigade|department|officer|sensor|curtain|hydrant)s?"
        r"(?: (?:test\w*|batter\w*|inspection|check|certificate|report|service|due|yearly|annual|key|switch|beeps?|chirp\w*))+\b",
        r"\b(?:fire|smoke) (?:doors?|drills?|inspections?|extinguishers?|dampers?|tests?|hydrants?|certificates?|exits?|safety|escapes?)\b",
        r"\b(?:boiler|burner|heater|furnace)(?: \w+){0,3} (?:fire|fire up)\b",
        r"\b(?:no|non)[- ]smoking\b|\bsmoking (?:sign|area|room|ban)\b",
        r"\bspark (?:plug|electrode|gap)s?\b|\bno spark\b",
        r"\b(?:puerta|salida|simulacro|extintor|inspeccion|certificado|red|prueba)\w*(?: \w+){0,2} (?:incendios?|fuego|humo)\b",
        r"\b(?:detector|sensor|alarma)(?: \w+){0,2} (?:humo|incendios?)(?: \w+){0,3} (?:prueba|pila|bateria|mantencion|mantenimiento|revision|inspeccion)\b",
        r"\bcontra incendios?\b",
        r"\bes brennt (?:kein|keine|nur|nicht)\b|\bbrennt nicht\b",
        r"\bfeuer(?:werkstatt|werk)\b",
    ),
)
CARBON_MONOXIDE: Final = Danger(
    "carbon monoxide",
    _any(
        r"\bcarbon ?monoxide\b|\bmonoxido\b|\bkohlen(?:stoff)?monoxid\b",
        r"\bco[ -]?(?:alarm|detector|alert|warning|poison\w*|leak\w*|level|reading|melder|warner|vergiftung|warnung)\w*",
        r"\b(?:alarma|detector|intoxicacion|nivel)(?: \w+){0,2} co\b",
        r"\b(?:dizz\w*|headaches?|nausea\w*|sick)\b.{0,60}\b(?:boiler|heater|furnace|heating|flue)\b",
        r"\b(?:boiler|heater|furnace|heating|flue)\b.{0,60}\b(?:dizz\w*|headaches?|nausea\w*)\b",
        r"\b(?:maread[oa]s?|mareos?|dolor(?:es)? de cabeza|nauseas)\b.{0,60}\b(?:caldera|estufa|calefont?|calefaccion)\b",
        r"\b(?:caldera|estufa|calefont?|calefaccion)\b.{0,60}\b(?:maread[oa]s?|mareos?|dolor(?:es)? de cabeza|nauseas)\b",
        r"\b(?:schwindel\w*|schwindlig|kopfschmerz\w*|ubelkeit)\b.{0,60}\b(?:heizung|therme|kessel|boiler|ofen)\b",
        r"\b(?:heizung|therme|kessel|boiler|ofen)\b.{0,60}\b(?:schwindel\w*|schwindlig|kopfschmerz\w*|ubelkeit)\b",
    ),
    _any(
        r"\b(?:carbon monoxide|co)[ -]?(?:alarm|detector)s?(?: \w+){0,2} (?:batter\w*|test|inspection|install\w*|replac\w*|yearly|annual|expired?)\b",
        r"\b(?:install|replace|test|fit|order|inspect)(?: \w+){0,2} (?:carbon monoxide|co)[ -]?(?:alarm|detector)s?\b",
    ),
)
HURT: Final = Danger(
    "somebody is hurt",
    _any(
        r"\b(?:injured|unconscious|bleeding|electrocuted|fainted)\b",
        r"\b(?:is|are|was|were|got|been|badly|somebody|someone) hurt\b",
        r"\belectric(?:al)? shocks?\b|\bheart attack\b|\b(?:cant|cannot) breathe\b",
        r"\b(?:inconsciente|desmayad[oa]|electrocutad[oa]|herid[oa]s?|lesionad[oa]s?|sangrando|sangra)\b",
        r"\bdescargas? electricas?\b|\bda la corriente\b|\b(?:dio|da) corriente\b",
        r"\b(?:verletzt|bewusstlos|ohnmachtig|blutet)\w*|\bstromschlag\w*",
    ),
)
DANGERS: Final = (TRAPPED, GAS, FIRE, CARBON_MONOXIDE, HURT)

WATER: Final = re.compile(
    r"\b(?:water|wet|drip\w*|leak\w*|agua|goter?a\w*|mojad[oa]s?|humedad|filtra\w*|chorre\w*|wasser\w*|tropf\w*|nass\w*"
    r"|flood\w*|inundad[oa]s?|uberflutet\w*|uberschwemm\w*)\b"
)
FLOOD: Final = re.compile(
    r"\b(?:flood\w*|under water|underwater|inund\w*|anegad[oa]|bajo (?:el )?agua|uberflut\w*|uberschwemm\w*"
    r"|unter wasser|hochwasser)\b"
)
ELECTRICITY: Final = re.compile(
    r"\b(?:electric\w*|socket|power|live|fuse ?box|fuses?|switch(?:board|gear|room)|(?:control|distribution) (?:panel|board|cabinet)"
    r"|wiring|wires|cables?|mains|controller|electricidad|enchufes?|tableros?|cableado|corriente|maquinaria electrica"
    r"|strom\w*|elektr\w*|steckdosen?|sicherung(?:en|s)?\w*|schaltschrank|schaltkasten|verteilerkasten|zahlerschrank"
    r"|verteilung|kabel|steuerung)\b"
)
NEAR: Final = re.compile(
    r"\b(?:near|on|onto|into|in|over|next|reach\w*|at|by|under|above|beside|around|close|through|behind|inside|from"
    r"|cerca|sobre|en|al|junto|hasta|encima|dentro|por|de|con"
    r"|neben|auf|ins?|im|uber|an|am|nahe|bei|hinter|unter|vor|durch)\b"
)
NOT_NEAR: Final = re.compile(
    r"\b(?:not|no|nowhere|far|away|nicht|kein\w*|weit|entfernt|lejos|sin|neither|without|ohne)\b"
)
HARMLESS_WET: Final = re.compile(
    r"\belectric(?:al)? (?:water )?(?:heater|boiler|shower|kettle)s?\b"
    r"|\bcalefont? electrico\b|\btermo electrico\b|\belektro(?:boiler|heizung)\b"
    r"|\b(?:no|sin|kein(?:en)?) (?:electricity|power|electricidad|corriente|strom)\b"
)

NEGATORS: Final = frozenset(
    "no not none nobody noone neither nor without never isnt arent wasnt werent doesnt dont didnt cant cannot havent hasnt "
    "nadie ningun ninguna ninguno ni sin nunca jamas tampoco "
    "kein keine keinen keiner keinem keinerlei niemand niemanden nicht nie ohne weder noch".split()
)
FILLERS: Final = frozenset(
    "a an any anyone anybody else one is are was were be been being has have had got get there it the of or in inside at "
    "person persons people passenger passengers resident residents tenant tenants currently now still present visible "
    "lift elevator car cabin smell smells smelling smelled smelt see seen seems appears like to signs sign strange me "
    "hay habia esta estan estaba estaban ha han quedo quedaron personas persona gente pasajeros pasajero vecinos vecino "
    "ningun ninguna olor huele a de se ve siente sienten algun alguna mas dentro adentro en el la ascensor cabina fuga "
    "ist sind war waren wird wurde worden sei personen leute menschen bewohner mehr mehrere im in der dem den aufzug lift "
    "fahrstuhl geruch nach es riecht auch zu sehen gibt da jemand von fahrgaste niemand einen einer ein".split()
)
