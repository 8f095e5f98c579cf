"""What every test may lean on: Hypothesis profiles, one printed seed, and databases of real services."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests import services

settings.register_profile("default", deadline=None, derandomize=False, print_blob=True)
# CI sees no example of an earlier run; everything else is the same, so that what fails there fails here.
settings.register_profile("ci", settings.get_profile("default"), database=None)
settings.register_profile("deep", settings.get_profile("default"), max_examples=int(os.environ.get("SIMPUL_EXAMPLES") or 5000))


def profile(environ: dict[str, str]) -> str:
    """Return the name of the Hypothesis profile: SIMPUL_EXAMPLES asks for ``deep``, CI for ``ci``."""
    if environ.get("SIMPUL_EXAMPLES"):
        return "deep"
    return "ci" if environ.get("CI") else "default"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose a seed before Hypothesis reads it; xdist hands the same one to its workers."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(secrets.randbits(32))
    settings.load_profile(profile(dict(os.environ)))


def pytest_report_header(config: pytest.Config) -> str:
    """Print what a second run needs to be the same as this one."""
    return (
        f"simpul: hypothesis profile {settings.get_current_profile_name()}, repeat with --hypothesis-seed={config.option.hypothesis_seed}"
    )


@pytest.fixture(autouse=True)
def logs_go_where_they_went() -> Iterator[None]:
    """Undo how a command that a test ran in this process has set up the logs: its stderr is gone."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    with services.postgresql_database() as url:
        yield url


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """The SQLAlchemy URL of an empty MariaDB database of this test's own."""
    with services.mariadb_database() as url:
        yield url
