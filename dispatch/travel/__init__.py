"""Travel times: how long and how far from each place to each other, and along which streets."""
