"""The canonical side: keeps every complaint once and every linked record saying the same. Imports contracts, never a connector."""
