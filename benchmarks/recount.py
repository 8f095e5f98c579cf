"""The rollup, counted again from nothing but the log; the place alone is the complaint's, for the log does not repeat it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from hub.build import Hub

# When and where from a complaint came is in its first entry, where it stands in the last one that speaks of its status.
_COUNTED = """
WITH filed AS (
    SELECT complaint_id, connection_id, new ->> 'status' AS status, happened_at FROM ledger WHERE kind = 'filed'
), moved AS (
    SELECT DISTINCT ON (complaint_id) complaint_id, new #>> '{}' AS status FROM ledger WHERE field = 'status'
    ORDER BY complaint_id, seq DESC
), counted AS (
    SELECT to_char(filed.happened_at AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM-DD') AS day, complaints.province,
        coalesce(filed.connection_id, 0) AS origin_id, coalesce(moved.status, filed.status) AS status, count(*) AS n
    FROM filed LEFT JOIN moved USING (complaint_id) LEFT JOIN complaints ON complaints.id = filed.complaint_id
    GROUP BY 1, 2, 3, 4
)
"""
_ROLLUP = """
SELECT day, province, origin_id, status, counted.n AS log, rollup.n AS kept
FROM counted FULL JOIN (SELECT * FROM rollup WHERE n <> 0) AS rollup USING (day, province, origin_id, status)
WHERE counted.n IS DISTINCT FROM rollup.n
"""
_STANDING = """
SELECT province, origin_id, status, counted.n AS log, standing.n AS kept
FROM (SELECT province, origin_id, status, sum(n) AS n FROM counted GROUP BY 1, 2, 3) AS counted
FULL JOIN (SELECT * FROM standing WHERE n <> 0) AS standing USING (province, origin_id, status)
WHERE counted.n IS DISTINCT FROM standing.n
"""


def differences(hub: Hub) -> list[dict[str, Any]]:
    """Return the cells that differ, none if all is well."""
    with hub.store.reading() as sql:
        return [dict(row._mapping) for asked in (_ROLLUP, _STANDING) for row in sql.execute(text(_COUNTED + asked))]
