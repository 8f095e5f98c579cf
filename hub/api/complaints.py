"""Complaints: lists, one in the wire form, its story, and what a coordinator does to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.content import iso
from contracts.vocabulary import Status
from hub.accounts.roles import Role
from hub.api.blueprint import ADDRESS, ApiBlueprint
from hub.api.here import entrant, needs, the_hub
from hub.api.paging import key_of, no_cursor, one_page, page_schema
from hub.api.schemas import AnswerBody, AssignBody, CloseBody, ComplaintQuery, LineOut, ReturnBody, TimelineOut, WholeOut
from hub.operations import complaints as operations
from hub.operations.browsing import Line, Whole, Wishes, browse, whole
from hub.operations.timeline import Told, tell

complaints = ApiBlueprint("complaints", __name__, url_prefix=f"{ADDRESS}/complaints", description="Complaints of the whole network")


@complaints.route("")
@complaints.arguments(ComplaintQuery, location="query")
@complaints.response(200, page_schema("ComplaintPage", LineOut))
def list_complaints(query: Mapping[str, Any]) -> dict[str, Any]:
    """List complaints in the order in which they last changed."""
    newest = query["order"] == "newest"
    wishes = Wishes(
        status=query.get("status"),
        province=query.get("province"),
        origin=query.get("origin"),
        holder=query.get("holder"),
        tracking=query.get("q"),
        words=query.get("words"),
        updated_since=query.get("updated_since"),
        newest_first=newest,
        after=_place(query["cursor"], query["order"]) if "cursor" in query else None,
        most=query["limit"] + 1,
    )
    return one_page(browse(the_hub(), wishes), lambda line: _key(line, query["order"]), query["limit"])


def _key(line: Line, order: str) -> tuple[str, str, str]:
    return order, iso(line.updated_at), line.id


def _place(cursor: str, order: str) -> tuple[datetime, str]:
    given, moment, last = key_of(cursor, str, str, str)
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        no_cursor()
    return (at, last) if given == order else no_cursor()


@complaints.route("/<complaint>")
@complaints.response(200, WholeOut)
def show_complaint(complaint: str) -> Whole:
    """Return one complaint, by id or tracking id. Who filed it is never in it."""
    return whole(the_hub(), complaint)


@complaints.route("/<complaint>/timeline")
@complaints.response(200, TimelineOut)
def show_timeline(complaint: str) -> Told:
    """Return its story: who, through which connection, when it happened, when it was learned."""
    return tell(the_hub(), complaint)


@complaints.route("/<complaint>/assign", methods=["POST"])
@needs(Role.COORDINATOR)
@complaints.arguments(AssignBody)
@complaints.response(200, WholeOut)
def assign(body: Mapping[str, Any], complaint: str) -> Whole:
    """Make an agency the holder (disposisi)."""
    return whole(the_hub(), operations.assign(the_hub(), complaint, entrant().name, body["agency"], body.get("unit")))


@complaints.route("/<complaint>/return", methods=["POST"])
@needs(Role.COORDINATOR)
@complaints.arguments(ReturnBody)
@complaints.response(200, WholeOut)
def give_back(body: Mapping[str, Any], complaint: str) -> Whole:
    """Say "not ours": back to the coordinator."""
    return whole(the_hub(), operations.give_back(the_hub(), complaint, entrant().name, body["reason"]))


@complaints.route("/<complaint>/answer", methods=["POST"])
@needs(Role.COORDINATOR)
@complaints.arguments(AnswerBody)
@complaints.response(200, WholeOut)
def answer(body: Mapping[str, Any], complaint: str) -> Whole:
    """Write a response as the coordinator, and move the complaint where a status is given."""
    status = Status(body["status"]) if "status" in body else None
    done = operations.answer(the_hub(), complaint, entrant().name, body["text"], internal=body["internal"], status=status)
    return whole(the_hub(), done)


@complaints.route("/<complaint>/close", methods=["POST"])
@needs(Role.COORDINATOR)
@complaints.arguments(CloseBody)
@complaints.response(200, WholeOut)
def close(body: Mapping[str, Any], complaint: str) -> Whole:
    """Close an answered complaint."""
    return whole(the_hub(), operations.close(the_hub(), complaint, entrant().name, body.get("reason")))
