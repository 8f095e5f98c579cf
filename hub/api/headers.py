"""What every answer carries, so that a browser does no more with it than was meant."""

from __future__ import annotations

from flask import Flask, Response

from hub.api.guard import is_open

LARGEST_BODY = 256 * 1024

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_A_YEAR = 31_536_000


def protect(app: Flask, *, tls: bool) -> None:
    """Limit what comes in and say what may be done with what goes out."""
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY, MAX_FORM_PARTS=50)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if tls:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_A_YEAR}")
        if not is_open() or response.mimetype == "text/html":
            # What is behind the login stays in no cache, and goes with the back button after the logout.
            response.headers["Cache-Control"] = "no-store"
        return response
