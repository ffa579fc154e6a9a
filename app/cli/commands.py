"""The commands of `lintel`: their arguments, their help, and how each ends.

A command imports its own part of the program: the whole takes seconds to load, and `--help` or a refusal needs none
of it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from app.cli.exits import Broke, Exit, Refusal
from app.cli.wishes import Format, Range, Wishes
from app.core.findings.finding import Severity
from app.core.text.unicode import reveal
from app.logs import configure_logs
from app.settings import Settings, UnusableSettings, read_settings

logger = logging.getLogger(__name__)

cli = typer.Typer(
    name="lintel",
    help="Reviews every pull request, says on the line what is wrong, and holds the merge gate.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)

Directory = Annotated[Path, typer.Option("--repo", metavar="DIR", help="The repository.")]
Base = Annotated[str | None, typer.Option(metavar="REV", help="Where the change starts. Default: the default branch.")]
Head = Annotated[str | None, typer.Option(metavar="REV", help="Where it ends. Default: `HEAD`.")]


@cli.command(epilog="Example: `lintel demo --once` · `lintel demo ~/src/shop --base main --head feature`")
def demo(
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Any git repository.")] = None,
    base: Base = None,
    head: Head = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Exit when the review is published.")] = False,
    port: Annotated[int, typer.Option(help="Port of the local GitHub's page; 0: any free one.")] = 0,
) -> None:
    """The whole main job on this machine: a local GitHub, a pull request, the bot, its review."""
    from app.cli.demo import Sample, run_demo  # noqa: PLC0415 - see above

    _run(
        lambda settings: run_demo(settings, Sample(directory=directory, base=base, head=head), once=once, port=port),
        dotenv=False,
    )


@cli.command(epilog="Example: `lintel review` · `lintel review --base main --format json --no-model`")
def review(  # noqa: PLR0913 - the options of INTERFACE.md
    directory: Directory = Path(),
    base: Base = None,
    head: Head = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="A `lintel.yml` to use instead.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report there.")] = None,
    fail_on: Annotated[Severity | None, typer.Option(help="Exit with 1 from this severity up.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TEXT,
    *,
    staged: Annotated[bool, typer.Option("--staged", help="What is staged, against `HEAD`.")] = False,
    working_tree: Annotated[bool, typer.Option("--working-tree", help="The files as they are.")] = False,
    no_model: Annotated[bool, typer.Option("--no-model", help="Ask no model, and let that be green.")] = False,
) -> None:
    """Review a local range. Nothing is written into the repository."""
    if staged and working_tree:
        _end(Refusal("--staged and --working-tree exclude each other: name one"))
    if (staged or working_tree) and (base or head):
        _end(Refusal("--staged and --working-tree compare with HEAD: leave out --base and --head"))
    from app.cli.review import run_review  # noqa: PLC0415 - see above

    range_ = Range(directory=directory, base=base, head=head, staged=staged, working_tree=working_tree)
    wishes = Wishes(form=form, output=output, policy=policy, no_model=no_model, fail_on=fail_on)
    _run(lambda settings: run_review(settings, range_, wishes), dotenv=False)


@cli.command(epilog="Example: `lintel serve --host 0.0.0.0 --port 8080`")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    *,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Take webhooks only; `lintel worker` reviews.")
    ] = False,
) -> None:
    """The bot: webhooks in, reviews out."""
    from app.cli.serve import Address, run_server  # noqa: PLC0415 - see above

    _run(lambda settings: run_server(settings, Address(host, port), with_worker=not no_worker))


@cli.command(epilog="Example: `lintel worker`")
def worker() -> None:
    """A worker alone, beside a server of the same database."""
    from app.cli.serve import run_worker  # noqa: PLC0415 - see above

    _run(run_worker)


@cli.command(epilog="Example: `lintel version`")
def version() -> None:
    """Versions of the program, its prompts and its schemas."""
    from app.cli.version import print_version  # noqa: PLC0415 - see above

    _run(print_version)


def _run(action: Callable[[Settings], Exit], *, dotenv: bool = True) -> NoReturn:
    """Run a command. One that looks at somebody's code takes no settings from a file that may be part of it."""
    try:
        settings = read_settings(dotenv=dotenv)
        configure_logs(settings.log_format, settings.log_level)
        code = action(settings)
        sys.stdout.flush()  # here, where a full disk or a closed pipe still gets a name and a code
    except (Refusal, UnusableSettings) as refusal:
        _end(refusal)
    except Broke as broke:
        _end(broke, Exit.BROKEN)
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


def _end(reason: Exception, code: Exit = Exit.USAGE) -> NoReturn:
    _complain(str(reason))
    raise SystemExit(int(code))


def _complain(text: str) -> None:
    """Say it on one line. Git's words and paths may stand in it: shown, never obeyed by the terminal."""
    line = reveal(" ".join(text.split()))
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"lintel: {line}", markup=False)


def main() -> None:
    """Run the command line."""
    cli(sys.argv[1:])
