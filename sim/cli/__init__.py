"""The command line: which commands there are, and how errors leave. What a command needs it imports itself."""

import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

import sim
from sim.called import command, program
from sim.cli import (
    analyses,
    browse,
    calibration,
    evidence,
    experiments,
    explore,
    export,
    history,
    inspect,
    live,
    scenarios,
    studies,
    sweeps,
    verification,
)
from sim.cli.panels import Panels
from sim.errors import ContraflowError, IoFailure, ScenarioError, UsageError, is_utf8

_ANYWHERE = ("--debug", "--allow-outside", "--no-verify")  # options that may stand before or after the command

app = typer.Typer(
    name="contraflow",
    cls=Panels,
    help="When does the exchange between multinationals and Chinese firms flip, and what does policy change?",
    epilog="Example: python run.py compare baseline tariff_escalation --seeds 20",
    no_args_is_help=True,
    add_completion=program() == ("contraflow",),  # shells complete the installed command; `python run.py` they cannot
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PAGES = (
    *(studies, sweeps, analyses, experiments, scenarios, browse, explore, live, export, inspect),
    *(verification, history, evidence, calibration),
)
for module in PAGES:
    module.register(app)


def _version(asked: bool) -> None:
    if asked:
        print(f"contraflow {sim.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    allow_outside: Annotated[
        bool, typer.Option("--allow-outside", help="Scenario files may name files outside their folder.")
    ] = False,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Believe results without comparing them with what was written.")
    ] = False,
) -> None:
    """When does the exchange between multinationals and Chinese firms flip, and what does policy change?"""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code (see docs/results.md); prints errors in one line."""
    gc.set_threshold(50_000)  # by default a tenth of a start goes into looking for garbage that is not there
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would search all that is installed for them
    given = sys.argv[1:] if arguments is None else arguments
    _open_closed_streams()
    debug = "--debug" in given
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    warnings.showwarning = _warn
    try:
        _refuse_bytes([_here(), *given])
        with _believing("--no-verify" in given):
            code = _run([word for word in given if word not in _ANYWHERE], "--allow-outside" in given)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output left
        _drop_output()
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted", "", 130, debug)
    except ContraflowError as error:
        return _fail(*_told(error), error.code, debug)
    except typer.TyperException as error:
        told = error.format_message() if hasattr(error, "format_message") else str(error)
        return _fail(told, command("--help"), getattr(error, "exit_code", 2), debug)
    except OSError as error:  # of what we print, or of a file that no command looks after
        _drop_output()
        told = f"cannot read or write {error.filename or 'the output'}: {error.strerror or error}"
        return _fail(told, "", 74, debug)
    except Exception as error:
        if debug:
            raise
        if "--no-verify" in given:  # nobody knows what was read
            return _fail(
                f"what was read unverified makes no sense: {_short(error)}", "leave out --no-verify", 74, debug
            )
        told = f"internal: {_short(error)}"
        return _fail(told, "this is a bug; --debug shows where", 1, debug)
    return code if isinstance(code, int) else 0


def _open_closed_streams() -> None:
    """What was closed before we began leads nowhere: else a file of ours would take its place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _here() -> str:
    """The folder that the program was called in. Raises IoFailure where it was removed."""
    try:
        return os.getcwd()
    except OSError as error:
        raise IoFailure("the folder you are in is gone", "change to one that exists") from error


def _refuse_bytes(words: list[str]) -> None:
    """Raises UsageError for a word or a folder that is no text: what is written repeats it, and holds UTF-8 only."""
    for word in words:
        if not is_utf8(word):
            raise UsageError(f"{word!r} is no text in UTF-8", "rename what it names, or go elsewhere")


def _drop_output() -> None:
    """What is still to be printed goes nowhere, so that the end of the process is quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


@contextmanager
def _believing(asked: bool) -> Iterator[None]:
    """Within the block, and only if asked, results are read as they stand."""
    if not asked:
        yield
        return
    from sim.runs.hashes import believed

    token = believed.set(True)
    try:
        yield
    finally:
        believed.reset(token)


def _run(words: list[str], allow_outside: bool) -> Any:
    """The command's answer; only with `allow_outside` may files that it reads name files anywhere."""
    if not allow_outside:
        return app(words, standalone_mode=False, prog_name=" ".join(program()))
    from sim.scenario.find import anywhere

    token = anywhere.set(True)
    try:
        return app(words, standalone_mode=False, prog_name=" ".join(program()))
    finally:
        anywhere.reset(token)


def _told(error: ContraflowError) -> tuple[str, str]:
    """Message and hint; several problems of scenario files go first, one a line."""
    if isinstance(error, ScenarioError) and len(error.problems) > 1:
        print("\n".join(map(str, error.problems)), file=sys.stderr)
        return f"{len(error.problems)} problems; nothing was run", error.hint
    return error.message, error.hint


def _warn(message: Warning | str, *where: Any, **more: Any) -> None:
    """A warning is one line, as an error is."""
    print(f"warning: {message}", file=sys.stderr)


def _fail(message: str, hint: str, code: int, debug: bool) -> int:
    if debug and sys.exc_info()[0] is not None:
        import traceback

        traceback.print_exc()
    elif code == 74:  # what libraries say when files that they left half-written are closed
        sys.unraisablehook = lambda told: None
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return code
