"""Celery: who is due, whose turn it is, and one process that does it all."""
