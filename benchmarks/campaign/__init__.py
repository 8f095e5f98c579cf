"""Bad minutes for a whole hub: its real processes and local apps under a seeded plan of faults, and what became of everything."""
