from __future__ import annotations

import pytest

from tests.sync.mutants import MUTANTS, Mutant
from tests.sync.mutate import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_the_words_of_every_rule_stand_exactly_once_where_the_mutation_looks_for_them(mutant: Mutant) -> None:
    for file, old, _ in mutant.changes:
        assert (ROOT / file).read_text().count(old) == 1, f"{file}: {old!r}"
