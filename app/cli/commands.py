"""The commands of `lintel`: their arguments, their help, and how each ends.

A command imports its own part of the program: the whole takes seconds to load, and `--help` or a refusal needs none
of it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import end, run
from app.cli.exits import Refusal
from app.cli.wishes import Format, Range, Shape, Wishes
from app.core.findings.finding import Severity

cli = typer.Typer(
    name="lintel",
    help="Reviews every pull request, says on the line what is wrong, and holds the merge gate.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)

audit = typer.Typer(
    name="audit",
    help="What reviews have left in the ledger and the store, looked at again. There is `replay`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
cli.add_typer(audit)

Directory = Annotated[Path, typer.Option("--repo", metavar="DIR", help="The repository.")]
Base = Annotated[str | None, typer.Option(metavar="REV", help="Where the change starts. Default: the default branch.")]
Head = Annotated[str | None, typer.Option(metavar="REV", help="Where it ends. Default: `HEAD`.")]

PolicyFile = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help="A `lintel.yml` to use instead.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the report there.")]
Form = Annotated[Format, typer.Option("--format", help="How to print.")]
Staged = Annotated[bool, typer.Option("--staged", help="What is staged, against `HEAD`.")]
WorkingTree = Annotated[bool, typer.Option("--working-tree", help="The files as they are.")]
NoModel = Annotated[bool, typer.Option("--no-model", help="Ask no model, and let that be green.")]


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

    run(
        lambda settings: run_demo(settings, Sample(directory=directory, base=base, head=head), once=once, port=port),
        dotenv=False,
    )


@cli.command(epilog="Example: `lintel review` · `lintel review --base main --format json --no-model`")
def review(  # noqa: PLR0913 - the options of INTERFACE.md
    directory: Directory = Path(),
    base: Base = None,
    head: Head = None,
    policy: PolicyFile = None,
    output: Output = None,
    fail_on: Annotated[Severity | None, typer.Option(help="Exit with 1 from this severity up.")] = None,
    form: Form = Format.TEXT,
    *,
    staged: Staged = False,
    working_tree: WorkingTree = False,
    no_model: NoModel = False,
) -> None:
    """Review a local range. Nothing is written into the repository."""
    range_ = _range(directory, base, head, staged=staged, working_tree=working_tree)
    from app.cli.review import run_review  # noqa: PLC0415 - see above

    wishes = Wishes(form=form, output=output, policy=policy, no_model=no_model, fail_on=fail_on)
    run(lambda settings: run_review(settings, range_, wishes), dotenv=False)


@cli.command(epilog="Example: `lintel plan --base main` · `lintel plan --explain app/api/users.py --format json`")
def plan(  # noqa: PLR0913 - the options of INTERFACE.md
    directory: Directory = Path(),
    base: Base = None,
    head: Head = None,
    policy: PolicyFile = None,
    output: Output = None,
    form: Form = Format.TEXT,
    *,
    explain: Annotated[
        str | None, typer.Option(metavar="PATH", help="Only what happens to this file, and why.")
    ] = None,
    fail_on: Annotated[
        Severity | None, typer.Option(help="As for `lintel review`; a plan has no findings, so it ends with 0.")
    ] = None,
    staged: Staged = False,
    working_tree: WorkingTree = False,
    no_model: NoModel = False,
) -> None:
    """What a review would read: chunks, cost, and what is left out and why. No model is asked.

    What keeps the gate shut is told and is no failure: a plan that could be made ends with 0.
    """
    range_ = _range(directory, base, head, staged=staged, working_tree=working_tree)
    from app.cli.plan.command import run_plan  # noqa: PLC0415 - see above

    wishes = Wishes(form=form, output=output, policy=policy, no_model=no_model, fail_on=fail_on)
    run(lambda settings: run_plan(settings, range_, wishes, explain), dotenv=False)


@cli.command(epilog="Example: `lintel architecture --propose` · `lintel architecture --base main --format svg`")
def architecture(
    directory: Directory = Path(),
    base: Annotated[str | None, typer.Option(metavar="REV", help="Show what changes from here on.")] = None,
    head: Head = None,
    policy: PolicyFile = None,
    output: Output = None,
    form: Annotated[Shape, typer.Option("--format", help="How to print.")] = Shape.TEXT,
    *,
    propose: Annotated[
        bool, typer.Option("--propose", help="Write layers for `lintel.yml` that the code almost keeps.")
    ] = False,
) -> None:
    """The module graph, the rules and what breaks them; with `--base`, what a change does to it. No model is asked.

    Ends with 1 where a rule is broken; with a range, where it is newly broken.
    """
    from app.cli.architecture.command import Wanted, run_architecture  # noqa: PLC0415 - see above

    wanted = Wanted(directory=directory, base=base, head=head, form=form, propose=propose, output=output, policy=policy)
    run(lambda _settings: run_architecture(wanted), dotenv=False)


@cli.command("eval", epilog="Example: `lintel eval cases` · `lintel eval cases --repos ~/src --format json`")
def evaluate(  # noqa: PLR0913 - each option is one thing that a measurement may differ in
    data_set: Annotated[Path, typer.Argument(metavar="DATASET", help="A directory of cases.")],
    repos: Annotated[Path | None, typer.Option(metavar="DIR", help="Where repositories lie that cases name.")] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep outcomes there. Default: the user's cache.")
    ] = None,
    form: Form = Format.TEXT,
    *,
    judge: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Who says whether a finding is a known fault.")
    ] = None,
    record: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the model's replies there too.")] = None,
    replay: Annotated[Path | None, typer.Option(metavar="DIR", help="Ask nobody: use the replies kept there.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Cases side by side.")] = 4,
    no_judge: Annotated[bool, typer.Option("--no-judge", help="Let place alone decide: file, side, lines.")] = False,
    no_model: Annotated[bool, typer.Option("--no-model", help="Measure the analyzers alone.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Try again what an earlier run has tried.")] = False,
) -> None:
    """Score the reviewer on pull requests with known faults, before its gate is trusted.

    Ends with 3 if a case could not be reviewed whole; run again, only those are tried.
    """
    from app.cli.evaluation.command import Measuring, run_eval  # noqa: PLC0415 - see above

    wishes = Measuring(
        data_set=data_set,
        repos=repos,
        form=form,
        output=output,
        no_model=no_model,
        judge=judge,
        no_judge=no_judge,
        record=record,
        replay=replay,
        jobs=jobs,
        fresh=fresh,
    )
    run(lambda settings: run_eval(settings, wishes))


@audit.command(epilog="Example: `lintel audit replay 3f2a9c41` · `lintel audit replay 3f2a9c41 --format json`")
def replay(
    review: Annotated[str, typer.Argument(metavar="REVIEW", help="Its id, or the first 8 or more digits of it.")],
    form: Annotated[Format, typer.Option("--format", help="How to print: text or json.")] = Format.TEXT,
) -> None:
    """Make a recorded review again from its stored replies: asks no model, writes nothing.

    Ends with 0 if it comes out the same, with 1 and every difference if not, and with 3 where replies or code are gone.
    """
    from app.cli.audit.replay import run_replay  # noqa: PLC0415 - see above

    run(lambda settings: run_replay(settings, review, form))


@cli.command(epilog="Example: `lintel stats` · `lintel stats --format json`")
def stats(form: Annotated[Format, typer.Option("--format", help="How to print: text or json.")] = Format.TEXT) -> None:
    """What the gate did or would have done, how people took it, what it cost; by repository and month."""
    from app.cli.stats import run_stats  # noqa: PLC0415 - see above

    run(lambda settings: run_stats(settings, form))


@cli.command("check-config", epilog="Example: `lintel check-config` · `lintel check-config --organisation lintel.yml`")
def check_config(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Default: `.github/lintel.yml`.")] = None,
    organisation: Annotated[Path | None, typer.Option(metavar="FILE", help="The organisation's `lintel.yml`.")] = None,
) -> None:
    """Whether a policy can be used; what is in force, and where each value comes from."""
    from app.cli.check_config import Files, run_check_config  # noqa: PLC0415 - see above

    run(lambda _settings: run_check_config(Files(file, organisation)), dotenv=False)


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

    run(lambda settings: run_server(settings, Address(host, port), with_worker=not no_worker))


@cli.command(epilog="Example: `lintel worker`")
def worker() -> None:
    """A worker alone, beside a server of the same database."""
    from app.cli.serve import run_worker  # noqa: PLC0415 - see above

    run(run_worker)


@cli.command(epilog="Example: `lintel doctor` · `lintel doctor --json`")
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ask_model: Annotated[bool, typer.Option("--ask-model", help="Ask the model one word.")] = False,
) -> None:
    """Is this set-up well, and is the gate enforced? Says how to mend what is not.

    Ends with 1 where something is wrong, with 3 where something could not be looked at. It changes nothing.
    """
    from app.cli.doctor import run_doctor  # noqa: PLC0415 - see above

    run(lambda settings: run_doctor(settings, as_json=as_json, ask_model=ask_model))


@cli.command(epilog="Example: `lintel version`")
def version() -> None:
    """Versions of the program, its prompts and its schemas."""
    from app.cli.version import print_version  # noqa: PLC0415 - see above

    run(print_version)


def _range(directory: Path, base: str | None, head: str | None, *, staged: bool, working_tree: bool) -> Range:
    """What the command line names. Ends the command where that contradicts itself."""
    if staged and working_tree:
        end(Refusal("--staged and --working-tree exclude each other: name one"))
    if (staged or working_tree) and (base or head):
        end(Refusal("--staged and --working-tree compare with HEAD: leave out --base and --head"))
    return Range(directory=directory, base=base, head=head, staged=staged, working_tree=working_tree)


def main() -> None:
    """Run the command line."""
    cli(sys.argv[1:])
