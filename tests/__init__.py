"""The same tree again; `tests/README.md` says what each folder is for."""
