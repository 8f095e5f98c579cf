"""Loads the app's requests with dlt and prints what it took as JSON; run by dlt's own interpreter, not by ours.

`dlt_load.py APP_URL sqlite|postgresql DATABASE_URL FOLDER`: rest_api source, merge by id, incremental by the last change.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

FOLDER = sys.argv[4]
# Before dlt is imported: it sends nothing home, says little, and keeps everything in a folder that goes with the run.
os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "DLT_DATA_DIR": FOLDER, "DLT_PROJECT_DIR": FOLDER}

import dlt  # type: ignore[import-not-found] # noqa: E402
from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found] # noqa: E402
from sqlalchemy import Engine, event  # noqa: E402


def source(url: str, page: int) -> object:
    """Describe the app as dlt's rest_api source wants it."""
    endpoint = {
        "path": "requests.json",
        "params": {"page_size": page},
        "paginator": {"type": "page_number", "base_page": 1, "page_param": "page", "total_path": None, "stop_after_empty_page": True},
        "incremental": {"cursor_path": "updated_datetime", "start_param": "updated_after", "initial_value": "2000-01-01T00:00:00Z"},
        "data_selector": "$",
    }
    requests = {"name": "requests", "endpoint": endpoint, "primary_key": "service_request_id", "write_disposition": "merge"}
    return rest_api_source({"client": {"base_url": f"{url}/"}, "resources": [requests]})


def main() -> None:
    """Load once; only the pipeline's run is timed, not the imports."""
    _, url, kind, address, folder = sys.argv
    seen: set[str] = set()
    if kind == "sqlite":
        event.listen(Engine, "begin", lambda sql: seen.add(_sqlite(sql)))
        destination = dlt.destinations.sqlalchemy(address)
    else:
        destination = dlt.destinations.postgres(address)
    dataset = "main" if kind == "sqlite" else "city"
    pipeline = dlt.pipeline("complaints", pipelines_dir=folder, destination=destination, dataset_name=dataset)
    began = time.perf_counter()
    pipeline.run(source(url, 100))
    seconds = time.perf_counter() - began
    with pipeline.sql_client() as client:
        rows = client.execute_sql("SELECT count(*) FROM requests")[0][0]
        if kind != "sqlite":
            seen.add(_postgresql(client))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = " / ".join(sorted(seen))
    print(json.dumps({"seconds": seconds, "rows": rows, "memory": memory, "durability": told, "version": dlt.__version__}))


def _sqlite(sql: Any) -> str:
    cursor = sql.connection.cursor()
    return ", ".join(f"{name}={cursor.execute(f'PRAGMA {name}').fetchone()[0]}" for name in ("journal_mode", "synchronous"))


def _postgresql(client: Any) -> str:
    return ", ".join(f"{name}={client.execute_sql(f'SHOW {name}')[0][0]}" for name in ("fsync", "synchronous_commit"))


if __name__ == "__main__":
    main()
