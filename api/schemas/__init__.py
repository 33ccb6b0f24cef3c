"""What goes over the wire, one module per noun; apart from the tables."""
