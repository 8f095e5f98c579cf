"""``python -m hub.demo.apps.wonosari --database FILE --port N``."""

from hub.demo.apps.serving import run
from hub.demo.apps.wonosari.app import make_app

if __name__ == "__main__":
    run("wonosari", make_app)
