"""The connector for a city's GeoReport v2 server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from connectors.http import Asked, Web
from connectors.open311.checking import check, findings
from connectors.open311.client import City
from connectors.open311.plan import NONE, Plan, plan
from connectors.open311.reading import Reader
from connectors.open311.settings import Open311Settings
from connectors.open311.writing import TICKET, Writer, kept
from contracts.complaint import Attachment, Complaint
from contracts.connector import Capabilities, Connector, Edit, Feed, Finding, Page, Part, Receipt, Record, ResponseAbility
from contracts.content import Field
from contracts.errors import Reject
from contracts.vocabulary import Visibility

_READS = frozenset({Field.DESCRIPTION, Field.CATEGORY, Field.ADDRESS, Field.LATITUDE, Field.LONGITUDE, Field.STATUS, Field.SUBMITTED_AT})
_CREATES = frozenset(
    {
        Field.DESCRIPTION,
        Field.CATEGORY,
        Field.ADDRESS,
        Field.LATITUDE,
        Field.LONGITUDE,
        Field.REPORTER_NAME,
        Field.REPORTER_EMAIL,
        Field.REPORTER_PHONE,
    }
)
_BOTH = frozenset({Part.STATUS, Part.RESPONSE})


class Open311Connector(Connector):
    """Reads and writes a city's service requests; what its server does not offer is declared as lacking, never faked."""

    name = "open311"
    summary = "A city's Open311 GeoReport v2 server, with or without mySociety's updates"
    settings_schema = Open311Settings

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._plan: Plan = plan(settings)

    @cached_property
    def _web(self) -> Web:
        settings = self.settings
        return Web(
            {self._plan.host, *settings["media_hosts"]},
            allow_private=settings["allow_private"],
            headers={"Accept": f"application/{self._plan.format}, */*;q=0.5", **settings["headers"], **settings["secret_headers"]},
            tls_ca=settings["tls_ca"],
        )

    @cached_property
    def _city(self) -> City:
        return City(self._plan, self._web, self.settings)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._plan, self._city)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._plan, self._city, self._reader)

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the settings say that the server offers; the server itself is not asked."""
        city = self._plan
        create, updates = city.create, city.updates
        writes = updates is not None and updates.write
        return Capabilities(
            feed=Feed.SNAPSHOT if city.feed == "listing" else Feed.POLL,
            reads=_READS | set(city.extra) | ({Field.REASON} if city.notes == "reason" else set()),
            creates=_CREATES | set(city.extra) if create else frozenset(),
            writes=frozenset({Field.STATUS}) if writes else frozenset(),
            cuts={Field.DESCRIPTION: kept(city, create)} if create else {},
            statuses=city.status.statuses,
            reopens=city.status.reopens,
            combines=frozenset({_BOTH}) if writes else frozenset(),
            together=_BOTH if updates is not None and updates.write and not updates.alone else frozenset(),
            responses=_responses(city),
            can_create=create is not None,
            carries_token=create is not None and city.token != NONE,
            attachments=bool(self.settings["media_hosts"]),
            settle=self.settings["settle"],
            page_cap=city.page_size,
        )

    def check(self) -> None:
        """Prove that every listing the settings rely on is there and filters as they say. Raises NotDone or Stop."""
        check(self._plan, self._city)

    def probe(self) -> Sequence[Finding]:
        """Measure, by reading alone, what the server makes of the arguments the settings rely on."""
        return tuple(findings(self._plan, self._city))

    def changes(self, since: str | None) -> Iterator[Page]:
        """Yield what was changed, or everything, as ``feed`` says."""
        if self._plan.feed == "updated":
            return self._reader.updated(since)
        return self._reader.updates(since) if self._plan.feed == "updates" else self._reader.listing()

    def fetch(self, ref: str) -> Record:
        """Read one request with its updates."""
        return self._reader.fetch(ref)

    def find(self, token: str) -> Record | None:
        """Return the record that a ticket has become; the standard has no search for a mark of ours."""
        if not token.startswith(TICKET):
            raise NotImplementedError
        ref = self._city.ref_of_token(token.removeprefix(TICKET))
        return self._reader.fetch(ref) if ref is not None else None

    def create(self, complaint: Complaint, token: str, idempotency_key: str) -> Receipt:
        """File a request; a city that numbers later gives a ticket."""
        return self._writer.create(complaint, token)

    def apply(self, ref: str, edit: Edit, expected: str | None, idempotency_key: str) -> Receipt:
        """Write one update with a status and a text."""
        return self._writer.apply(ref, edit, idempotency_key)

    def content(self, ref: str, attachment: Attachment) -> bytes:
        """Fetch a photo from a host that the settings name. Raises Gone if it is not there any more."""
        host = (urlsplit(attachment.url or "").hostname or "").casefold()
        if host not in {each.casefold() for each in self.settings["media_hosts"]}:
            raise Reject("The photo lies on a host that the settings do not name.", "Add the host to 'media_hosts'.")
        return self._web.get(attachment.url or "", Asked.RECORD).body

    def close(self) -> None:
        """Give the connections to the server back."""
        if "_web" in self.__dict__:
            self._web.close()


def _responses(city: Plan) -> ResponseAbility:
    updates = city.updates
    if updates is None:
        return ResponseAbility(reads=city.notes == "response")
    return ResponseAbility(True, frozenset({Visibility.PUBLIC}) if updates.write else frozenset(), updates.length)
