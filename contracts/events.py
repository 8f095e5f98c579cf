"""What the hub announces and writes into its ledger: the kinds of things that happen to a complaint."""

from __future__ import annotations

from contracts.vocabulary import Word


class Kind(Word):
    """One kind of event; the code is also the last part of its routing key."""

    FILED = "filed", "Laporan masuk", "Filed"
    CHANGED = "changed", "Isi berubah", "Changed"
    STATUS = "status", "Status berubah", "Status changed"
    ASSIGNED = "assigned", "Disposisi", "Assigned"
    RETURNED = "returned", "Dikembalikan", "Returned"
    RESPONDED = "responded", "Tanggapan", "Response"
    AMENDED = "amended", "Tanggapan diubah", "Response amended"
    WITHDRAWN = "withdrawn", "Tanggapan dihapus", "Response removed"
    LINKED = "linked", "Tertaut", "Linked"
    DELIVERED = "delivered", "Terkirim", "Delivered"
    ENDED = "ended", "Tautan berakhir", "Link ended"
    DELETED = "deleted", "Dihapus di aplikasi", "Deleted in the app"
    RESTORED = "restored", "Aplikasi dipulihkan", "App restored"
    CONFLICT = "conflict", "Konflik", "Conflict"
    PROPOSAL = "proposal", "Usulan", "Proposal"
    RESOLVED = "resolved", "Diputuskan", "Decided"
