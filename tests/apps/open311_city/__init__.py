"""A small GeoReport v2 city of our own on 127.0.0.1, for tests: it can play what real cities do otherwise than the standard."""
