"""How many stories are told, and by which seed: the machines of ``machine.py``, in as many shards as there are cores to use.

``SIMPUL_HISTORIES``: how many histories each machine tells in all shards together (default 25); ``SIMPUL_STEPS``: how long
they are (default 20); ``SIMPUL_SHARDS``: over how many tests they are spread (default 1; ``pytest -n`` as many); ``SIMPUL_SEED``: tells
the same ones again (default: pytest's --hypothesis-seed, which every run prints); ``SIMPUL_NOSHRINK=1`` leaves a failing
history as long as it was found (much faster to a first look).
"""

from __future__ import annotations

import os
import secrets
import time
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine import Network

HISTORIES = int(os.environ.get("SIMPUL_HISTORIES") or 25)
STEPS = int(os.environ.get("SIMPUL_STEPS") or 20)
SHARDS = int(os.environ.get("SIMPUL_SHARDS") or 1)
SHARDED = pytest.mark.parametrize("shard", range(SHARDS))


def tell(machine: type[Network], shard: int, config: pytest.Config, histories: int = HISTORIES) -> None:
    """Let hypothesis tell one shard's share of the histories, and print its seed and how long it took."""
    chosen = os.environ.get("SIMPUL_SEED") or config.getoption("hypothesis_seed") or str(secrets.randbits(32))
    share = histories // SHARDS + (shard < histories % SHARDS)
    print(f"\n{share} histories of {machine.__name__}, {STEPS} steps each; SIMPUL_SEED={chosen} SIMPUL_SHARDS={SHARDS}", flush=True)
    if not share:
        return
    began = time.perf_counter()
    # A class of its own, because the seed is kept on it.
    sown: Any = seed(zlib.crc32(f"{chosen} {machine.__name__} {shard}".encode()))(type(machine.__name__, (machine,), {}))
    try:
        run_state_machine_as_test(sown, settings=_settings(share))
    finally:
        print(f"{time.perf_counter() - began:.1f} s")


def _settings(histories: int) -> settings:
    return settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=[Phase.explicit, Phase.generate] if os.environ.get("SIMPUL_NOSHRINK") else list(Phase),
    )
