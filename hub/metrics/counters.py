"""What this process has done, counted where it is done. Where several processes serve one port, they add up.

The names of connections come from the database and never from a request, so that nobody makes the list grow.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

HOOKS = Counter("simpul_webhooks", "Webhooks by what became of them.", ["connection", "outcome"], registry=REGISTRY)
REQUESTS = Counter("simpul_http_requests", "Requests answered.", ["endpoint", "method", "code"], registry=REGISTRY)
REQUEST_SECONDS = Histogram("simpul_http_request_seconds", "How long requests took.", ["endpoint"], registry=REGISTRY)

SESSIONS = Counter("simpul_sessions", "Sessions by how they ended.", ["connection", "outcome"], registry=REGISTRY)
SESSION_SECONDS = Histogram(
    "simpul_session_seconds",
    "How long sessions took.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60, 300),
    registry=REGISTRY,
)
PULLED = Counter("simpul_pulled_records", "Records that apps gave.", ["connection"], registry=REGISTRY)
PUSHED = Counter("simpul_pushed_writes", "Writes that apps acknowledged.", ["connection", "kind"], registry=REGISTRY)
REJECTED = Counter("simpul_rejected_records", "Records of apps that were not understood.", ["connection"], registry=REGISTRY)
FAILURES = Counter("simpul_session_failures", "Calls to apps that did not go through.", ["connection"], registry=REGISTRY)
LOST = Counter("simpul_wakeups_lost", "Wake-ups that the broker did not take; the schedule makes up for them.", registry=REGISTRY)

# Those of strangers, and of names that nobody here has.
NOBODY = ""
