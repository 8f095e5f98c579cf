"""Backups of the hub: the archive that is written and read, and how each kind of database is copied and put back."""
