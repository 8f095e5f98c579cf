"""The monitor's pages: the country at a glance, and one complaint with the source of every line. Rendered here, without scripts."""

from hub.dashboard.pages import blueprint

__all__ = ["blueprint"]
