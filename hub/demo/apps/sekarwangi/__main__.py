"""``python -m hub.demo.apps.sekarwangi --database FILE --port N``."""

from hub.demo.apps.sekarwangi.app import make_app
from hub.demo.apps.serving import run

if __name__ == "__main__":
    run("sekarwangi", make_app)
