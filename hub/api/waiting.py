"""What waits: deliveries on their way or stuck, conflicts to decide, records that were not understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort

from contracts.errors import NotFound
from hub.accounts.roles import Role
from hub.api.blueprint import ADDRESS, ApiBlueprint
from hub.api.here import entrant, needs, the_hub
from hub.api.paging import key_of, no_cursor, one_page, page_schema
from hub.api.schemas import ConflictQuery, OfConnection, ResendBody, ResolveBody
from hub.api.standing import ConflictOut, DeliveryOut, QuarantinedOut, ResentOut
from hub.operations import deliveries as sending
from hub.operations import quarantines
from hub.operations.conflicts import Waiting, conflict
from hub.operations.conflicts import conflicts as waiting
from hub.operations.deciding import Choice, resolve
from hub.words import ConflictKind

deliveries = ApiBlueprint("deliveries", __name__, url_prefix=f"{ADDRESS}/deliveries", description="What is on its way to the apps")
conflicts = ApiBlueprint("conflicts", __name__, url_prefix=f"{ADDRESS}/conflicts", description="What waits for a decision")
quarantine = ApiBlueprint("quarantine", __name__, url_prefix=f"{ADDRESS}/quarantine", description="What was not understood")

# They decide about a whole app, not about one complaint.
_OF_CONNECTIONS = frozenset({ConflictKind.DELETIONS.value, ConflictKind.RESTORED.value})


@deliveries.route("")
@deliveries.arguments(OfConnection, location="query")
@deliveries.response(200, page_schema("DeliveryPage", DeliveryOut))
def list_deliveries(query: Mapping[str, Any]) -> dict[str, Any]:
    """List what is due, backing off, parked, in doubt, unsupported or gone, with the reason."""
    after = key_of(query["cursor"], str, str) if "cursor" in query else None
    found = sending.deliveries(the_hub(), query.get("connection"), after=after, most=query["limit"] + 1)
    return one_page(found, lambda one: (one.connection, one.id), query["limit"])


@deliveries.route("/<delivery>/resend", methods=["POST"])
@needs(Role.COORDINATOR)
@deliveries.arguments(ResendBody)
@deliveries.response(200, ResentOut)
def resend(body: Mapping[str, Any], delivery: str) -> dict[str, Any]:
    """Send again what was refused, waits or is gone."""
    return {"resent": sending.resend(the_hub(), delivery, all_alike=body["all_alike"])}


@conflicts.route("")
@conflicts.arguments(ConflictQuery, location="query")
@conflicts.response(200, page_schema("ConflictPage", ConflictOut))
def list_conflicts(query: Mapping[str, Any]) -> dict[str, Any]:
    """List what waits for a decision, oldest first; with state=all also what was decided."""
    found = waiting(the_hub(), everything=query["state"] == "all", after=_number(query), most=query["limit"] + 1)
    return one_page(found, lambda one: (one.id,), query["limit"])


@conflicts.route("/<int:conflict>/resolve", methods=["POST"])
@needs(Role.COORDINATOR)
@conflicts.arguments(ResolveBody)
@conflicts.response(200, ConflictOut)
def decide(body: Mapping[str, Any], conflict: int) -> Waiting:
    """Decide one: the hub's side, the app's, or another value."""
    if _one(conflict).kind in _OF_CONNECTIONS and not entrant().role.may(Role.ADMIN):
        abort(403, "This decides about a whole app; it needs the role admin.")
    resolve(the_hub(), conflict, Choice(body["keep"], entrant().name, body.get("value")))
    return _one(conflict)


def _one(number: int) -> Waiting:
    found = conflict(the_hub(), number)
    if found is None:
        raise NotFound(f"There is no conflict {number}.", "GET /conflicts shows what waits.")
    return found


def _number(query: Mapping[str, Any]) -> int | None:
    if "cursor" not in query:
        return None
    (number,) = key_of(query["cursor"], int)
    return int(number) if 0 <= number < 2**63 else no_cursor()


@quarantine.route("")
@quarantine.arguments(OfConnection, location="query")
@quarantine.response(200, page_schema("QuarantinePage", QuarantinedOut))
def list_quarantine(query: Mapping[str, Any]) -> dict[str, Any]:
    """List what is not understood yet, oldest first; the records themselves only on the command line."""
    found = quarantines.quarantined(the_hub(), query.get("connection"), after=_number(query), most=query["limit"] + 1)
    return one_page(found, lambda one: (one.id,), query["limit"])
