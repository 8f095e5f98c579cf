"""Kanal Sekarwangi: the app of a made-up city (Kota Sekarwangi, 35.98) that others reach by Open311 alone."""
