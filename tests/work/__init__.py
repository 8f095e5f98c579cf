"""Tests of hub/work."""
