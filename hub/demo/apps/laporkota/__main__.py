"""``python -m hub.demo.apps.laporkota --database FILE --port N``."""

from hub.demo.apps.laporkota.app import make_app
from hub.demo.apps.serving import run

if __name__ == "__main__":
    run("laporkota", make_app)
