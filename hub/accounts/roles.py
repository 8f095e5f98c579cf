"""What an account may do, and how much of that a token of it may."""

from __future__ import annotations

from contracts.vocabulary import Word


class Role(Word):
    """What an account is for; each may do what those before it may."""

    MONITOR = "monitor", "Pemantau", "Monitor"
    COORDINATOR = "coordinator", "Koordinator", "Coordinator"
    ADMIN = "admin", "Administrator", "Administrator"

    def may(self, needed: Role) -> bool:
        """Tell whether this role is enough where another one is needed."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Scope(Word):
    """Whether a token may change something; never more than its account may."""

    READ = "read", "Baca", "Read"
    WRITE = "write", "Baca dan tulis", "Read and write"
