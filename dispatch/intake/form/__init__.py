"""The form that anybody may fill in by a unit's QR code."""
