"""YAML that people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ConfigurationProblems
from hub.operations.files import parse, read_yaml, write_yaml


def test_what_is_written_is_read_back() -> None:
    value = [{"name": "a", "words": {"0": "received", "no": "x", "08": None}, "list": [1, True, "ya: tidak"], "text": "jalan é\nbaris"}]
    assert parse(write_yaml(value)) == value


@pytest.mark.parametrize("text", ["a: [1", "a: 1\na: 2", "\ta: 1", "a: !!python/object:os.system x"])
def test_a_mistake_is_a_sentence_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationProblems, match="is not YAML at line"):
        read_yaml(path)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes("nama: é".encode("latin-1"))
    with pytest.raises(ConfigurationProblems, match="is not UTF-8"):
        read_yaml(path)
    with pytest.raises(ConfigurationProblems, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
