"""The monitor's pages, and the figures on them."""
