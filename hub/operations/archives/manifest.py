"""What a backup says of itself: of which release and moment it is, what is in it, and which keys its data is sealed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

import orjson

from contracts.errors import Refused
from hub.keys import KeyRing

FORMAT = 2
_RING, _WHOLE = "backup", "backup:whole"


@dataclass(frozen=True, slots=True)
class Facts:
    """How a database stood at the moment of the copy. ``head``: number and hash of the newest entry of the ledger, if there is one.

    ``sealed_with``: ids of the keys, as hex, that sealed anything in it. ``schema``: where the tables were, on PostgreSQL.
    """

    migration: str
    complaints: int
    head: tuple[int, str] | None
    sealed_with: tuple[str, ...]
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive: bytes before packing, and their SHA-256 as hex."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The archive's first word on everything in it; holds no key and no content. ``made_at`` is UTC.

    ``proofs``: by key id, nothing, sealed: opened by whoever has that key. ``digest``: of ``id``, the same with the same ring only.
    ``whole``: of everything else here, and so of every part, with the same ring: who has no key can alter nothing.
    """

    id: str
    release: str
    database: str
    made_at: datetime
    facts: Facts
    proofs: Mapping[str, str]
    digest: str
    parts: Mapping[str, Part]
    whole: str = ""

    def dump(self) -> bytes:
        """Return it as JSON for a person to read."""
        return orjson.dumps({"format": FORMAT, **asdict(self)}, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)

    @classmethod
    def parse(cls, text: bytes) -> Manifest:
        """Read it; raises Refused if it is none, or of another format."""
        try:
            said = orjson.loads(text)
            if isinstance(said["format"], int) and said["format"] < FORMAT:
                older = "This backup is of a format of before 0.3.0, in which nobody can tell whether it was altered."
                raise Refused(older, "Make a new one with this release.")
            return _parse(said)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused("This is no backup that this release understands.", "Take the release that made it, or another file.") from None


def _parse(said: dict[str, Any]) -> Manifest:
    if said.pop("format") != FORMAT:
        raise ValueError("another format")
    facts = dict(said.pop("facts"))
    head = facts.pop("head")
    known = Facts(
        **{**facts, "sealed_with": tuple(map(str, facts["sealed_with"]))}, head=None if head is None else (int(head[0]), str(head[1]))
    )
    parts = {str(name): Part(int(one["size"]), str(one["sha256"])) for name, one in said.pop("parts").items()}
    proofs = {str(key): str(proof) for key, proof in said.pop("proofs").items()}
    return Manifest(**{**said, "made_at": datetime.fromisoformat(said["made_at"])}, facts=known, proofs=proofs, parts=parts)


def proofs_of(ring: KeyRing, backup: str) -> dict[str, str]:
    """Seal nothing with every key of a ring, so that a restore can try them without any content."""
    alone = ((key_id, replace(ring, sealing={key_id: key})) for key_id, key in ring.sealing.items())
    return {key_id.hex(): one.seal(b"", backup.encode()).hex() for key_id, one in alone}


def signed(manifest: Manifest, ring: KeyRing) -> Manifest:
    """Return it with the digests that only its ring gives."""
    known = replace(manifest, digest=ring.digest(manifest.id, _RING))
    return replace(known, whole=_whole(known, ring))


def _whole(manifest: Manifest, ring: KeyRing) -> str:
    said = {each.name: getattr(manifest, each.name) for each in fields(manifest) if each.name != "whole"}
    return ring.digest(orjson.dumps({"format": FORMAT, **said}, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z), _WHOLE)


def check_keys(manifest: Manifest, ring: KeyRing) -> None:
    """Make sure that a ring opens what is sealed in a backup, that the hub made it with this ring, and that nobody altered it since.

    Raises Refused. It holds for the parts as far as they were compared with the manifest (`Archive.check`).
    """
    advice = "Restore the key file that was in use when the backup was made, or name it in SIMPUL_KEYS. Nothing was changed."
    lacking = sorted(set(manifest.facts.sealed_with) - {key_id.hex() for key_id in ring.sealing})
    if lacking:
        raise Refused(f"The key ring lacks keys that sealed data in this backup ({', '.join(lacking)}).", advice)
    sealed = signed(manifest, ring)
    if sealed.digest != manifest.digest:
        raise Refused("This key ring is not the one of this backup: the hub would know none of its own digests.", advice)
    if sealed.whole != manifest.whole:
        altered = "This backup was altered since it was made, by somebody who does not have the keys."
        raise Refused(altered, "Take another copy of it, and find out who could write where it was. Nothing was changed.")
    for key_id in manifest.facts.sealed_with:
        if key_id in manifest.proofs:
            ring.open(bytes.fromhex(manifest.proofs[key_id]), manifest.id.encode())
