"""The web side: who may come in, the JSON API, and the composition of both with the pages."""
