"""HTTP for connectors: only to declared hosts, within limits, and every failure as one of our errors.

Public for outside authors, and versioned: `VERSION` rises when the meaning of a call changes. Nothing is retried, no
redirect is followed, and neither addresses with their arguments nor bodies reach an error or a log.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, DecodeError, HTTPError, NewConnectionError, ReadTimeoutError

from contracts.errors import ConnectorError, Gone, NotDone, Reject, Stale, Stop, Unknown

VERSION = 1

__all__ = ["VERSION", "Answer", "Asked", "Limits", "Web", "refusal"]

_CHUNK = 65_536
_LONGEST_WAIT = 86_400.0
_BUSY = frozenset({408, 425, 429, 503})


class Asked(Enum):
    """What was asked for; it decides what a refusal means. LISTING is whatever the whole connection depends on."""

    LISTING = "listing"
    RECORD = "record"
    EDIT = "edit"
    NEW = "new"

    @property
    def writes(self) -> bool:
        """Whether it may have taken effect when no answer came."""
        return self in (Asked.EDIT, Asked.NEW)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, between two pieces of an answer and for all of it, and the largest answer in bytes."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 300.0
    largest: int = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are lower case. Its text never shows the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def said_at(self) -> datetime | None:
        """The app's own clock, from the header ``Date``, in UTC."""
        return _http_date(self.headers.get("date", ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds the app asks us to wait, given as a number or as a date by its own clock."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isascii() and asked.isdigit():
            return min(float(asked), _LONGEST_WAIT)
        until, now = _http_date(asked), self.said_at or datetime.now(UTC)
        return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT) if until else None


class Web:
    """Speaks to the hosts a connection declares, and to no other; several threads may use it at once.

    ``hosts``: names without port. ``allow_private``: addresses that the internet does not know, this machine included.
    ``tls_ca``: file with the certificate authority, where it is not a public one.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        allow_private: bool = False,
        limits: Limits | None = None,
        headers: Mapping[str, str] | None = None,
        tls_ca: str | None = None,
    ) -> None:
        self.hosts = frozenset(host.casefold() for host in hosts)
        self.limits = limits or Limits()
        self._session = _session(HTTPAdapter() if allow_private else _PublicAdapter(), headers or {}, tls_ca)

    def get(self, url: str, asked: Asked, params: Sequence[tuple[str, str]] = (), **options: Any) -> Answer:
        """Read; see `send`."""
        return self.send("GET", url, asked, params=params, **options)

    def post(self, url: str, asked: Asked, form: Sequence[tuple[str, str]], **options: Any) -> Answer:
        """Write a form; see `send`."""
        return self.send("POST", url, asked, data=form, **options)

    def send(
        self, method: str, url: str, asked: Asked, *, explain: Callable[[Answer], ConnectorError | None] | None = None, **request: Any
    ) -> Answer:
        """Send one request and return its answer if it is a 2xx, the body whole.

        ``explain`` may know better what an answer means, from its body: it returns an error, or None. Raises an error of
        ``contracts.errors``; for a write, Unknown from the moment on when the request may have left.
        """
        self._permitted(url)
        answer = self._exchange(method, url, asked, request)
        error = (explain(answer) if explain else None) or refusal(answer, asked)
        if error is not None:
            raise error
        return answer

    def close(self) -> None:
        """Give the connections back; a later request opens new ones."""
        self._session.close()

    def _permitted(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or (parts.hostname or "").casefold() not in self.hosts:
            raise Stop("This connection may not speak to that host.", "Only hosts that its settings declare are asked.")

    def _exchange(self, method: str, url: str, asked: Asked, request: Mapping[str, Any]) -> Answer:
        limits = self.limits
        deadline = time.monotonic() + limits.total
        try:
            response = self._session.request(
                method, url, timeout=(limits.connect, limits.read), allow_redirects=False, stream=True, **request
            )
        except (requests.RequestException, UnicodeError, ValueError) as error:
            failure = _before_an_answer(error, asked)
        else:
            try:
                body = self._body(response, deadline, asked)
                return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)
            except (HTTPError, OSError) as error:
                failure = _in_the_answer(error, asked)
            finally:
                # The connection goes back to be used again where all was read, and is closed where it was not.
                response.close()
        raise failure  # outside of the handlers: what was caught there carries the address with its arguments

    def _body(self, response: requests.Response, deadline: float, asked: Asked) -> bytes:
        pieces, size = [], 0
        # read1 gives what has come; read would wait for a whole piece, however slowly it drips.
        while piece := response.raw.read1(_CHUNK, decode_content=True):
            size += len(piece)
            if size > self.limits.largest:
                _too_much(f"is larger than {self.limits.largest:,} bytes", asked)
            if time.monotonic() > deadline:
                _too_much(f"took longer than {self.limits.total:g} seconds", asked)
            pieces.append(piece)
        response.raw.release_conn()
        return b"".join(pieces)


def refusal(answer: Answer, asked: Asked) -> ConnectorError | None:
    """Return what a status code means for what was asked; None for a 2xx."""
    status = answer.status
    if 200 <= status < 300:
        return None
    if status < 400:
        return Stop(f"The app sends us elsewhere ({status}{_where(answer)}).", "Put the address where it is now into the settings.")
    if status == 401:
        return Stop("The app does not accept our key (401).", "Put a valid key into the settings.")
    if status in _BUSY:
        return NotDone(f"The app asks us to come later ({status}).", retry_after=answer.retry_after)
    if status >= 500 and status != 501:
        return Unknown(f"The app failed ({status}).") if asked.writes else NotDone(f"The app failed ({status}).", "It is tried again.")
    return _refused(status, asked)


def _refused(status: int, asked: Asked) -> ConnectorError:
    if status in (404, 410) and asked in (Asked.RECORD, Asked.EDIT):
        return Gone(f"The app has no such record ({status}).", "Nothing to do if it was deleted there on purpose.")
    if status in (409, 412) and asked is not Asked.LISTING:
        if asked is Asked.NEW:
            return Unknown(f"The app says that this exists already ({status}).")
        return Stale(f"Somebody has changed the record ({status}).", "It is read again and decided anew.")
    if asked is Asked.LISTING or (status in (404, 405, 410) and asked is Asked.NEW):
        return Stop(
            f"The app refuses what every reading needs ({status}).", "Check the address, the key and the rights of this connection."
        )
    return Reject(f"The app refuses this ({status}).", "See the app's own log for the reason.")


def _where(answer: Answer) -> str:
    parts = urlsplit(answer.headers.get("location", ""))
    return f", to {parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else ""


def _before_an_answer(error: Exception, asked: Asked) -> ConnectorError:
    """Tell what a request means that has no answer: what never reached the app did not happen."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, _Forbidden):
        return Stop("The app's address is a private one.", "Allow private addresses in the settings if that is meant.")
    if isinstance(error, requests.exceptions.SSLError):
        return Stop("The app's certificate is not accepted.", "Renew it there, or name its authority in the settings.")
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return NotDone("The app cannot be reached.", "It is tried again; check the address if that lasts.")
    if isinstance(error, requests.Timeout | requests.ConnectionError):
        return _in_the_answer(error, asked)
    return Stop(f"The request cannot be made ({type(error).__name__}).", "Check the address and the headers in the settings.")


def _in_the_answer(error: Exception, asked: Asked) -> ConnectorError:
    if isinstance(error, DecodeError):
        problem, advice = "The app's answer is compressed wrongly.", "Set the header Accept-Encoding to identity for this app."
    else:
        problem, advice = f"The app's answer did not arrive ({_kind(error)}).", "It is tried again."
    return Unknown(problem, advice) if asked.writes else NotDone(problem, advice)


def _kind(error: Exception) -> str:
    late = isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError)
    return "timed out" if late else "cut off"


def _too_much(what: str, asked: Asked) -> NoReturn:
    if asked.writes:
        raise Unknown(f"The app's answer {what}.")
    raise Stop(f"The app's answer {what}.", "Ask for smaller pages in the settings, or look at what the app sends.")


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _session(adapter: HTTPAdapter, headers: Mapping[str, str], tls_ca: str | None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, .netrc or certificate that somebody else's environment names
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": f"Simpul/{VERSION}", "Accept-Encoding": "gzip", **headers})
    session.verify = tls_ca or True
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    quiet = logging.getLogger("urllib3.connectionpool")
    if _without_arguments not in quiet.filters:
        quiet.addFilter(_without_arguments)
    return session


def _without_arguments(line: logging.LogRecord) -> bool:
    """Take the arguments out of the addresses that urllib3 logs: some apps want the key there."""
    if isinstance(line.args, tuple):
        line.args = tuple(each.partition("?")[0] if isinstance(each, str) else each for each in line.args)
    return True


class _Forbidden(NewConnectionError):
    """The host's name leads to an address that we may not speak to."""


def _public(connection: HTTPConnection, sock: socket.socket) -> socket.socket:
    # Asked of the connection that was made, so that no second look-up of the name can give another answer.
    address = ipaddress.ip_address(str(sock.getpeername()[0]).partition("%")[0])
    plain = getattr(address, "ipv4_mapped", None) or address
    if not plain.is_global or plain.is_multicast:
        sock.close()
        raise _Forbidden(connection, "a private address")
    return sock


class _PublicHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _public(self, super()._new_conn())


class _PublicHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _public(self, super()._new_conn())


class _PublicHTTPPool(HTTPConnectionPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}
