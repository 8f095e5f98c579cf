"""``python -m hub.demo``: the same as ``simpul demo``."""

from hub.demo.command import demo

if __name__ == "__main__":
    demo()
