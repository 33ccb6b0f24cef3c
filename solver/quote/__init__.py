"""Where one more visit fits into the routes there are, and what it would cost: what slots are made of."""
