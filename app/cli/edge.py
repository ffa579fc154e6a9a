"""The edge of the program: how a command that runs ends, whatever becomes of it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from rich.console import Console

from app.cli.exits import Broke, Exit, Refusal
from app.core.text.unicode import reveal
from app.logs import configure_logs
from app.settings import Settings, UnusableSettings, read_settings

logger = logging.getLogger(__name__)


def run(action: Callable[[Settings], Exit], *, dotenv: bool = True) -> NoReturn:
    """Run a command. One that looks at somebody's code takes no settings from a file that may be part of it."""
    try:
        settings = read_settings(dotenv=dotenv)
        configure_logs(settings.log_format, settings.log_level)
        code = action(settings)
        sys.stdout.flush()  # here, where a full disk or a closed pipe still gets a name and a code
    except (Refusal, UnusableSettings) as refusal:
        end(refusal)
    except Broke as broke:
        end(broke, Exit.BROKEN)
    except KeyboardInterrupt:
        code = Exit.BROKEN
    except Exception as error:  # the edge of the program: any crash ends with one line and code 3
        logger.debug("the command broke", exc_info=True)
        _complain(f"it broke: {error.__class__.__name__}: {error} (LINTEL_LOG_LEVEL=debug shows where)")
        code = Exit.BROKEN
        _drop_output()
    raise SystemExit(int(code))


def _drop_output() -> None:
    """Forget what is still to be printed: the interpreter would try again at its end, and make the exit code 120."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def end(reason: Exception, code: Exit = Exit.USAGE) -> NoReturn:
    """End the command with one line."""
    _complain(str(reason))
    raise SystemExit(int(code))


def _complain(text: str) -> None:
    """Say it on one line. Git's words and paths may stand in it: shown, never obeyed by the terminal."""
    line = reveal(" ".join(text.split()))
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"lintel: {line}", markup=False)
