"""What people say of other equipment than lifts and boilers; no word list was made by looking at these phrases.

One a line: kind | concept that it has to have | phrase.
"""

from typing import Final

PHRASES: Final = """\
air | temperature | The air conditioning in the meeting room is not cooling since Monday
air | ice | Thick ice on the pipes of our air con unit
air | leak | Water drips from the AC unit onto my desk
air | smell | A musty smell comes out of the ventilation on the second floor
air | noise | Heat pump behind the house makes a loud humming sound at night
air | remote | The remote of the air conditioner shows nothing and does nothing
door | door | The garage door won't open, two cars are trapped inside
door | collision | A van reversed into our barrier and bent the arm
door | remote | Gate does not react to the remote control any more
door | photocell | Sliding gate stays open, the photocell keeps blinking
door | stopped | Automatic door at the entrance is stuck half way
fire_alarm | false_alarm | Third false alarm this week from the fire alarm on floor 2
fire_alarm | panel | Fire panel shows a fault on loop 1
fire_alarm | battery | Smoke detector chirps, probably low battery
fire_alarm | reset | We cannot reset the fire alarm after the drill
cold_room | temperature | Cold room is far too warm, the meat is spoiling
cold_room | ice | Evaporator of the walk-in freezer is covered in frost
cold_room | seal | The door gasket of the cold store is torn
pump | leak | Booster pump in the basement leaks
electrical | light | Lights in the stairwell flicker all evening
air | temperature | El aire acondicionado de la oficina tira puro calor
air | ice | Se está formando escarcha en la unidad del split
air | leak | El equipo de clima gotea sobre el pasillo
air | smell | Sale mal olor por la ventilación del baño
air | noise | El ventilador del extractor mete mucho ruido
air | remote | No funciona el control remoto del aire acondicionado
door | door | El portón del estacionamiento no abre y mi auto quedó encerrado
door | collision | Una camioneta chocó la barrera de acceso
door | remote | Perdimos el control remoto del portón eléctrico
door | photocell | La fotocelda del portón no detecta los autos
door | door | La puerta automática del local no cierra
fire_alarm | false_alarm | La alarma de incendio suena sin motivo todas las noches
fire_alarm | battery | El detector de humo pita, parece que es la pila
fire_alarm | panel | La central de incendio marca falla en la zona 3
cold_room | temperature | La cámara de frío no enfría y se va a echar a perder la mercadería
cold_room | ice | La vitrina refrigerada amaneció llena de hielo
cold_room | seal | El burlete de la cámara frigorífica está roto
pump | no_water | Se echó a perder la bomba de agua, no hay agua en los pisos altos
electrical | power | Se cortó la luz en la mitad de las oficinas
solar | yield | Los paneles solares no generan nada desde ayer
air | temperature | Die Klimaanlage im Büro kühlt nicht mehr richtig
air | ice | Unsere Wärmepumpe ist außen komplett vereist
air | leak | Aus dem Klimagerät tropft Wasser auf den Boden
air | smell | Die Lüftung riecht nach Schimmel
air | noise | Der Ventilator der Lüftungsanlage brummt laut
air | remote | Die Fernbedienung der Klimaanlage reagiert nicht
door | door | Das Garagentor öffnet nicht, mein Auto ist eingesperrt
door | collision | Ein LKW hat die Schranke angefahren
door | remote | Der Handsender vom Hoftor geht nicht
door | photocell | Die Lichtschranke am Rolltor ist verschmutzt, es fährt immer wieder hoch
door | door | Die automatische Tür am Eingang schließt nicht
fire_alarm | false_alarm | Schon wieder Fehlalarm der Brandmeldeanlage
fire_alarm | battery | Der Rauchmelder im Flur piept, Batterie leer
fire_alarm | panel | Brandmeldezentrale zeigt Störung
cold_room | temperature | Im Kühlraum ist es viel zu warm
cold_room | ice | Die Kühlzelle ist total vereist
cold_room | seal | Die Türdichtung am Gefrierraum ist kaputt
pump | pump | Die Hebeanlage pumpt nicht ab
electrical | power | Im Laden ist die Sicherung rausgeflogen
solar | code | Der Wechselrichter meldet Fehler 301
"""


def phrases() -> list[tuple[str, str, str]]:
    """Kind, concept and phrase of each line."""
    return [(kind, concept, said) for kind, concept, said in (line.split(" | ") for line in PHRASES.splitlines())]
