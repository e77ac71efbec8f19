"""How `--help` groups the commands: in panels, as somebody thinks who comes with a question.

Typer's own panels need Rich to write the help, which doubles the time it takes, and take `[base]` for markup.
"""

from typing import Any

from typer.core import TyperGroup

PANELS = {
    "Run studies": ("run", "compare", "sweep", "experiment", "sensitivity"),
    "Write scenarios": ("new", "check", "show", "diff", "schema"),
    "Read results": ("plot", "explore", "app", "explain", "discover", "export"),
    "Judge the model": ("verify", "backtest", "scorecard", "forecast", "calibrate"),
    "Keep house": ("status", "merge", "replay", "doctor"),
}


class Panels(TyperGroup):
    """The commands of Contraflow, listed panel by panel."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in the order of the panels."""
        return [name for names in PANELS.values() for name in names]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes one section a panel, all with the same indent, a command with the first sentence of its help."""
        indent = max(map(len, self.commands))
        for panel, names in PANELS.items():
            told = [(name, self.commands[name].get_short_help_str(formatter.width - indent - 6)) for name in names]
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(indent), help_) for name, help_ in told])
