"""What people say in English, Spanish and German: with somebody in danger, and without. One phrase a line."""

from typing import Final

DANGEROUS: Final = """\
My car is trapped with my son inside
a child is trapped in the car
we are trapped in the garage with our cars
Mi auto quedó atrapado conmigo adentro
Hay una persona atrapada en el auto detrás del portón
Ein Kind ist im Auto eingeschlossen
Das Auto ist eingesperrt und meine Mutter sitzt drin
people trapped in the lift car
the car is stuck with people inside
Someone is trapped by the gate
fire alarm went off and there is smoke
la alarma de incendio suena y hay humo
There are two people trapped in the lift
Someone is stuck in the elevator
I'm stuck in the lift between 3 and 4
We are stuck, please hurry
My mother is stuck in the lift and she is 80
stuck in elevator help
Resident trapped, intercom works
Can't get out of the lift
please get us out
there are people inside the lift and it does not move
kids locked in the lift
Nobody answers the intercom and we are trapped
No lights and people trapped
The lift is stuck with a person inside
The lift stopped, a wheelchair user is stuck
not sure if people are trapped
I can smell gas in the boiler room
strong smell of gas
It smells like gas in the basement
gas leak in the kitchen
gas is leaking from the valve
No hot water and a smell of gas
gas odour near the meter
the motor is on fire
smoke is coming out of the machine room
there is a fire in the basement
burning smell from the controller
sparks from the panel
flames coming out of the boiler
The boiler room is flooded and the fuse box is under water
water dripping onto the electrical panel
water near the socket
flooding in the pit, power still on
the electric panel is wet
carbon monoxide alarm went off
CO alarm is sounding
CO detector beeping
We all have headaches since the boiler was turned on
A technician got an electric shock
an old man is injured
Hay dos personas atrapadas en el ascensor
¡Estamos encerrados en el ascensor!
Un vecino quedó encerrado, contesta por el citófono.
Quedé atrapada en el ascensor
Hay gente adentro del ascensor
Mi abuela está atascada en el ascensor
no podemos salir del ascensor
no puedo salir
Auxilio, el ascensor se detuvo
Nadie contesta y hay un niño atrapado
Hay olor a gas en la sala de calderas
huele mucho a gas
Se siente un fuerte olor a gas
fuga de gas en la cocina
sale humo de la sala de máquinas
hay fuego en el subterráneo
incendio en la caldera
olor a quemado en el motor
salen chispas del tablero
gotea agua sobre el tablero eléctrico
se inundó la sala y hay electricidad
hay agua cerca de los enchufes
el tablero eléctrico está mojado
sonó la alarma de monóxido
sospecha de monóxido de carbono
nos sentimos mareados con la caldera encendida
una persona inconsciente en la cabina
Im Aufzug ist eine Person eingeschlossen
Wir stecken im Aufzug fest
Jemand steckt im Fahrstuhl
Ich sitze im Lift fest
Meine Mutter ist im Aufzug gefangen
Im Lift stecken zwei Leute
wir kommen nicht mehr raus
Kinder im Aufzug eingesperrt
Es riecht nach Gas
Gasgeruch im Keller
Starker Geruch nach Gas
Gas strömt aus
Es brennt im Maschinenraum
Rauch aus dem Schaltschrank
Rauchentwicklung im Keller
Feuer im Keller!
Es riecht verbrannt
Wasser läuft in den Schaltschrank
Keller überflutet, Strom ist noch an
Wasser neben der Steckdose
CO-Melder piept
Kohlenmonoxid-Alarm
Kopfschmerzen und Schwindel seit die Heizung läuft
Ein Monteur hat einen Stromschlag bekommen
Personen eingeschlossen: 2
Niemand hilft uns, wir sind eingeschlossen
People trapped? Yes
The lift isn't moving and I am trapped
no hay luz, hay personas atrapadas
The lift does not move. Smoke!
gas smell is not strong but it is there
it's not only water, there is smoke too
trapped in the lift for 20 minutes, no phone
someone has been trapped since noon
TRAPPED!!
Hombre atrapado
Señora atrapada en ascensor, 3er piso
hay una persona en el interior del ascensor
Wir sitzen seit 20 Minuten im Aufzug fest
Elderly lady stuck in lift 2, panicking
Two kids trapped btw 4th and 5th floor
Someone's stuck in the left lift
the elevator stopped between floors and there's a woman in it
lift has stopped with my son in it
We have a passenger entrapment at tower B
my wife cannot get out of the elevator
help we r stuck in lift
Person stuck
3 people are stuck inside
Elevator stuck with people
rotten egg smell near the gas meter
I smell gas!!
gas smell in hallway
There's a hissing noise at the gas pipe and it smells
tenant reports gas leakage
boiler is smoking
smoke in the lift car
it smells burnt in the machine room
the controller caught fire
Burning plastic smell from lift motor
Water is running over the fuse box
The basement is flooded, electrics are under water
ceiling leak right above the distribution board
CO sensor triggered
everyone in the house has a headache, the boiler smells weird
Carbon monoxide detector is beeping
child got hand caught in lift door, bleeding
gente atrapada en el ascensor
Se quedó una persona dentro del ascensor
mi hijo quedó encerrado en el ascensor
me quedé encerrada
hay un señor mayor atrapado hace 20 minutos
ascensor parado con una persona adentro
No pueden salir del ascensor
quedamos atrapados entre pisos
hay alguien en el ascensor que no puede salir
olor a gas muy fuerte
sale olor a gas de la caldera
escape de gas
se está quemando el motor
se quemó el tablero
hay humo negro en la caldera
cae agua sobre los cables
se inundó el foso y el ascensor sigue con corriente
agua en el tablero
detector de monóxido sonando
me da la corriente al tocar la caldera
alarma CO activada
Leute im Aufzug eingesperrt
Aufzug steht, eine Frau ist drin
Aufzug bleibt stecken mit zwei Personen
Eine ältere Dame sitzt im Aufzug fest
ich bin im Aufzug gefangen
Hilfe, wir stecken fest!
Person eingeklemmt
Gas riecht man im ganzen Treppenhaus
Im Keller stinkt es nach Gas
Verdacht auf Gasleck
Der Motor raucht
aus der Steuerung kommt Rauch
Brandgeruch im Aufzug
Wasser tropft auf die Elektrik
Wasser in der Steckdose
Überschwemmung im Heizungsraum, Sicherungskasten nass
CO-Warner hat ausgelöst
Mir ist schwindlig, die Therme läuft komisch
Kunde hat einen elektrischen Schlag bekommen
fumes from the boiler make us dizzy
lift not moving, 2 pax inside
""".splitlines()

HARMLESS: Final = """\
My car is trapped behind the gate
Cars are trapped in the garage, the gate does not open
Two cars are stuck in the car park because of the barrier
We can't get our car out of the garage
Mi auto quedó atrapado detrás del portón
Hay tres vehículos encerrados en el estacionamiento
No podemos sacar los autos
no puedo salir con el auto, el portón no abre
Los autos no pueden salir
Mein Auto ist in der Tiefgarage eingesperrt
Die Autos kommen nicht mehr raus
Ich komme mit dem Auto nicht raus, Tor klemmt
Fahrzeuge hinter der Schranke gefangen
El detector de humo tiene la pila mala
La central de incendio marca falla
Smoke detector has a low battery
another false fire alarm
Nobody is trapped
No one is stuck in the lift
nobody trapped, lift stands on ground floor
no people trapped
There is nobody inside
no hay personas atrapadas
no hay nadie atrapado
nadie atrapado
sin personas atrapadas
no quedó nadie encerrado
Personas atrapadas: no
People trapped? No.
Trapped: none
niemand ist eingeschlossen
Keine Person eingeschlossen
keine Personen eingeschlossen
Personen eingeschlossen: nein
No smell of gas
there is no gas smell
I don't smell gas
it doesn't smell of gas
no hay olor a gas
no huele a gas
sin olor a gas
kein Gasgeruch
es riecht nicht nach Gas
no smoke, no fire
no hay humo
kein Rauch
kein Feuer
no hay fuego ni humo
The lift is stuck on the ground floor
door is stuck
The button of floor 3 is stuck
The doors reopen again and again
El ascensor está detenido en el piso 3
El ascensor no sube desde esta mañana.
Se detiene entre pisos y luego parte solo.
La puerta se abre y se cierra sin parar.
Der Aufzug steckt fest
Der Aufzug bleibt stehen
Heizung kalt
No hot water in the whole building
Boiler locks out after a few minutes
No hay agua caliente en todo el edificio.
Hay una poza de agua bajo la caldera.
Water under the boiler
Der Kessel tropft
Smoke detector battery low
fire door does not close
yearly fire extinguisher inspection
fire alarm test on Monday
Rauchmelder Batterie leer
The burner does not fire
boiler won't fire up
air trapped in the radiators
aire atrapado en los radiadores
Luft eingeschlossen in der Heizung
Das Licht brennt nicht
Car light flickers
Intercom dead, monthly test failed
¿Me llamas mañana?
Gas valve does not close tightly
La válvula de gas no cierra bien.
Drive trips under load
the electric water heater is leaking
no electricity in the lift
La presión baja todas las semanas.
Noise at night, not urgent
Asks for a copy of the last inspection report
CO detector battery replacement
Pump hums but does not turn
Please replace the gas meter
Die Gastherme zeigt Fehler F28
The lift is out of service, people use the stairs
Customer waiting in the lobby
No fumar sign fell off
The key is stuck in the lift door lock
The lift makes a noise when people are waiting
water is lukewarm
El quemador no enciende
Elevator stuck at floor 2, nobody inside
lift stuck, no one in it
Lift is stopped, no passengers inside
everyone is out, nobody trapped anymore
Nobody was trapped when it stopped
no entrapment
without people trapped
lift out of order (no trapped passengers)
no trapped passengers
There are no people stuck in the lift
No gas smell, boiler just does not start
gas bill question
gas boiler has no pressure
no leak of gas, valve closed
there's no smoke or fire
firefighters' lift inspection due
Smoke alarm chirps, battery
the fireman's key switch is broken
sin gente atrapada
no hay gente encerrada
nadie quedó atrapado
no se encuentran personas atrapadas
ninguna persona atrapada
no hay fuga de gas
no se siente olor a gas
no hay incendio
la caldera a gas no enciende
cambio de medidor de gas
puerta atascada
botón pegado
ascensor detenido en piso 1 sin pasajeros
la luz del ascensor está quemada
ampolleta quemada
extintor vencido
agua fría en la ducha
la caldera gotea un poco
piden presupuesto para calefacción
keine Personen im Aufzug
niemand im Aufzug
es ist niemand eingeschlossen
keiner steckt fest
niemand steckt im Aufzug
Es ist kein Gasgeruch wahrnehmbar
kein Rauch, kein Feuer
Tür klemmt
Aufzug steckt im 3. Stock fest
Taste klemmt
Brenner startet nicht
Kessel zeigt Fehler
Lampe im Aufzug brennt nicht mehr
Wasser tropft aus dem Überdruckventil
Heizung wird nicht warm
Leute beschweren sich, der Aufzug ist laut
Please send the invoice
Motor is noisy
Wir haben kein warmes Wasser
Pressure drops every week
button lamp burnt out
the light bulb burned out
elevator doors keep opening
""".splitlines()
