"""The optimiser: numbers in, plan out. It knows no calendar, no database and no HTTP."""
