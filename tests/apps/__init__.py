"""Complaint apps written by others, installed and run to test against; nothing of them is shipped."""
