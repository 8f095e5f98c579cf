"""What a person does in the end about what waits for one: looks into the app, and tells the hub what is there."""

from __future__ import annotations

from benchmarks.campaign import sight
from benchmarks.campaign.world import BLIND, World
from hub.operations.conflicts import conflicts
from hub.operations.deciding import Choice, resolve

_ACTOR = "operator"


def decide(world: World) -> list[str]:
    """Answer every filing in doubt of the app that can be asked nothing; returns what was found, one line each."""
    texts = {each.id: each.text for each in sight.complaints(world.hub)}
    there = {text: ref for ref, text, _ in world.apps[BLIND].books().records}
    done = []
    for each in conflicts(world.hub):
        if each.kind != "ambiguous" or each.connection != BLIND or each.complaint is None:
            continue
        ref = there.get(texts[each.complaint])
        resolve(world.hub, each.id, Choice("hub", _ACTOR) if ref is None else Choice("local", _ACTOR, ref))
        done.append(f"{each.tracking_id}: {'not there, so it is filed again' if ref is None else f'there as {ref}'}")
    return done
