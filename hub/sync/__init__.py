"""The two-way engine behind the gateway. ``merge``, ``project``, ``plan`` and ``receivers`` decide, purely; the rest carries out."""
