"""Runs a command, and turns whatever ends it into one line and an exit code.

0    done
1    refused, or something outside is away: nothing is wrong with what was typed
2    bad input: an option, a file, a setting
3    solved, but infeasible (`dispatch solve`)
70   a fault of ours
130  interrupted
"""

import os
import sys
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import typer
from pydantic import ValidationError

from api.cli.ends import Ends
from dispatch.errors import DispatchError, Invalid, NotFound

PROGRAM = "dispatch"


@runtime_checkable
class Usage(Protocol):
    """What the option parser raises; its own classes are in another place in each version."""

    exit_code: int

    def format_message(self) -> str:
        """What is wrong with the options."""
        ...


def main(arguments: Sequence[str] | None = None) -> None:
    """The command `dispatch`: exits with one of `Ends`, never with a traceback."""
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))


def run(arguments: list[str]) -> int:
    """The exit code of a command line."""
    tracing = "--traceback" in arguments[:1]
    try:
        code = _run(arguments[1:] if tracing else arguments)
        sys.stdout.flush()
        # The option parser turns an interruption into this code and says nothing.
        return _say("interrupted", Ends.INTERRUPTED) if code == Ends.INTERRUPTED else code
    except BrokenPipeError:
        # Who reads our output has seen enough; what is still in the buffer must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Ends.REFUSED
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", Ends.INTERRUPTED)
    except Exception as error:
        if tracing:
            raise
        return _explain(error, arguments)


def _run(arguments: list[str]) -> int:
    from api.cli.app import app

    command = typer.main.get_command(app)
    ended = command.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    return int(ended) if isinstance(ended, int) else Ends.DONE


def _explain(error: Exception, arguments: list[str]) -> int:
    # Loading what is behind this takes half a second, which --help and --version need not wait for.
    from db.errors import BackupProblem, BadUrl, DatabaseError, DriverMissing

    match error:
        case Usage():
            what = _one_line(error.format_message()).rstrip(".") + _value(error, arguments)
            return _say(f"{what}. See {_command(error)} --help.", Ends.BAD_INPUT)
        case ValidationError():
            return _say(_bad_settings(error), Ends.BAD_INPUT)
        case Invalid() | NotFound() | BadUrl() | DriverMissing() | BackupProblem():
            return _say(str(error), Ends.BAD_INPUT)
        case DispatchError() | DatabaseError():
            return _say(str(error), Ends.REFUSED)
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return _say(f"{place}{error.strerror or error}", Ends.REFUSED)
        case _:
            what = f"{type(error).__name__}: {_one_line(str(error))}"
            return _say(f"something broke here ({what}); dispatch --traceback COMMAND shows where", Ends.OUR_FAULT)


def _say(text: str, code: Ends) -> int:
    typer.echo(f"{PROGRAM}: {_one_line(text)}", err=True)
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _command(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else PROGRAM


def _value(error: Exception, arguments: list[str]) -> str:
    """What was given for the option that an error is about, if it can be told."""
    names = getattr(getattr(error, "param", None), "opts", ())
    for name, after in zip(arguments, [*arguments[1:], ""], strict=True):
        if name in names and after:
            return f", not {after!r}"
    return ""


def _bad_settings(error: ValidationError) -> str:
    faults = (
        f"DISPATCH_{'_'.join(map(str, each['loc'])).upper()} is {str(each['input'])!r}: {each['msg']}"
        for each in error.errors()
    )
    return f"a setting in the environment is wrong: {'; '.join(faults)}; set it so, or unset it"
