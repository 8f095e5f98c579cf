"""Lapor Wonosari: a regency's app on the usual four tables, with no modification time (Gunungkidul, 34.03)."""
