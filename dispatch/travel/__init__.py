"""Travel times: how long and how far from each place to each other, and along which streets.

`choice.choose` gives the source of travel times that the settings ask for; `places` says what every source takes and
gives (Place, Matrix, RouteShape, TravelTimes). `network` computes them over a road file (`roads`), `valhalla` and
`osrm` ask a server, `straight` needs nothing; `cached` keeps tables in a `cache`.
"""
