"""YAML in and out, for what people write by hand; a mistake is a sentence with its line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from contracts.errors import ConfigurationProblems


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says; raises ConfigurationProblems that repeats nothing of its content, which may be secret."""
    try:
        return parse(path.read_text("utf-8"))
    except OSError as error:
        raise _problem(path, f"cannot be read ({error.strerror}); correct the name or the file's permissions") from error
    except UnicodeDecodeError:
        raise _problem(path, "is not UTF-8; save it as UTF-8") from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = f" at line {mark.line + 1}" if mark else ""
        # Not "from error": a parser's message repeats the line.
        raise _problem(path, f"is not YAML{line}; correct it there (a name twice counts too)") from None


def parse(text: str) -> Any:
    """Return what a text in YAML says; raises YAMLError."""
    return YAML(typ="safe", pure=True).load(text)


def write_yaml(value: Any) -> str:
    """Write plain values so that `read_yaml` gives them back."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def _problem(path: Path, what: str) -> ConfigurationProblems:
    return ConfigurationProblems([(str(path), what)])
