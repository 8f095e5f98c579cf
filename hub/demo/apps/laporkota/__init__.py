"""LaporKota: a city's app in the manner of Laravel, richer in words and flags (Kota Semarang, 33.74)."""
