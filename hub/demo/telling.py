"""What the demo prints: Indonesian or English, with colours on a terminal and as plain lines everywhere else."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH = 72  # characters of a text in a table


class Teller:
    """Prints the story. Every text is given twice, Indonesian first; ``language`` is ``id`` or ``en``."""

    def __init__(self, console: Console, language: str = "id") -> None:
        self.console = console
        self.language = language
        self._chapter = 0

    def text(self, indonesian: str, english: str) -> str:
        """Return the one of two texts that is to be shown."""
        return english if self.language == "en" else indonesian

    def chapter(self, indonesian: str, english: str) -> None:
        """Begin a numbered part of the story."""
        self._chapter += 1
        self._print()
        self._print(f"{self._chapter}. {self.text(indonesian, english)}", "bold")

    def say(self, indonesian: str, english: str) -> None:
        """Tell what somebody does, or what is about to be shown."""
        self._print(f"   {self.text(indonesian, english)}")

    def true(self, sentence: str) -> None:
        """Show a sentence that was checked and holds."""
        self._print(f" {self._mark('✓', '=')} {sentence}", "green")

    def false(self, sentence: str, evidence: str) -> None:
        """Show a sentence that was checked and does not hold, and what was found instead."""
        self._print(f" {self._mark('✗', '!')} {sentence}", "bold red")
        self._print(f"   {evidence}", "red")

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Show rows; without a terminal one line each."""
        cells = [[_short(str(cell)) for cell in row] for row in rows]
        if not self.console.is_terminal:
            for line in [list(headings), *cells]:
                self._print("   - " + " | ".join(line))
            return
        drawn = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        drawn.add_column("")
        for heading in headings:
            drawn.add_column(heading)
        for line in cells:
            drawn.add_row(" ", *(Text(cell) for cell in line))
        self.console.print(drawn)

    def _mark(self, mark: str, plain: str) -> str:
        return mark if self.console.encoding.startswith("utf") else plain

    def _print(self, line: str = "", style: str = "") -> None:
        # Whatever an app's table holds is text here, never markup; a long line is the terminal's to wrap.
        self.console.print(Text(line, style=style), soft_wrap=True)


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDTH else cell[: _WIDTH - 3] + "..."
