"""Which links of a connection hold some of many refs: one look into the index for each, whatever the database knows of the table.

PostgreSQL knows nothing of a table until about a minute after a first load has begun. Asked in the usual way, it then goes
through all links of the connection for every page.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Select, Text, bindparam, column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from hub.store.among import TEXTS


class _Held(FunctionElement[Any]):
    type: TypeEngine[Any] = NullType()
    inherit_cache = True


_FOUND = "SELECT links.ref, links.complaint_id, links.seen FROM links WHERE links.connection_id"


@compiles(_Held, "postgresql")
def _one_by_one(element: _Held, compiler: SQLCompiler, **options: Any) -> str:
    here, refs = (compiler.process(each, **options) for each in element.clauses)
    # The limit keeps the planner from turning it into a join: no two links of a connection hold the same ref.
    one = f"{_FOUND} = {here} AND links.ref = wanted.ref LIMIT 1"
    return f"(SELECT held.* FROM unnest({refs}) AS wanted (ref) CROSS JOIN LATERAL ({one}) AS held)"


@compiles(_Held, "sqlite")
def _together(element: _Held, compiler: SQLCompiler, **options: Any) -> str:
    here, refs = (compiler.process(each, **options) for each in element.clauses)
    return f"({_FOUND} = {here} AND links.ref IN (SELECT CAST(value AS TEXT) FROM json_each({refs})))"


_held = _Held(bindparam("here", type_=BigInteger()), bindparam("ids", type_=TEXTS)).table_valued(
    column("ref", Text()), column("complaint_id", Text()), column("seen", Text())
)
# Of the connection ``here`` and the refs ``ids``: those that are held, by which complaint's link, and what was last seen there.
HELD: Select[Any] = select(_held.c.ref, _held.c.complaint_id, _held.c.seen)
