"""`lintel plan`: what a review would read, in the terminal or as JSON. No model is asked and no analyzer is run."""

from __future__ import annotations

import asyncio
import gc

from app.cli.exits import Broke, Exit, Refusal
from app.cli.files import open_report, read_policy_file
from app.cli.plan.explanation import explain
from app.cli.plan.export import write_explanation, write_plan
from app.cli.plan.outline import outline
from app.cli.plan.text import print_explanation, print_plan
from app.cli.wishes import Format, Range, Wishes
from app.core.gate.policy import POLICY_PATH
from app.flows.local_range import LocalForge
from app.flows.plan import Asked, Forecast, PlanRefused, forecast
from app.flows.review.forge import ChangeUnreadable
from app.repo.checkout import LocalRangeError
from app.repo.git import GitError
from app.repo.local import open_range
from app.settings import Settings
from app.wiring.prices import read_price_table


def run_plan(settings: Settings, range_: Range, wishes: Wishes, path: str | None) -> Exit:
    """Plan and print; with `path` only what the plan does with it. Raises Refusal for wrong usage, Broke for damage.

    It is a plan, so what the gate would say is told and is no reason to fail.
    """
    # All that is made here stays to the end: to look for garbage among it is time for nothing.
    gc.disable()
    try:
        found = asyncio.run(_forecast(settings, range_, wishes))
    except (LocalRangeError, GitError, PlanRefused) as error:
        raise Refusal(str(error)) from error
    except ChangeUnreadable as error:
        raise Broke(str(error)) from error
    _tell(found, wishes, path)
    return Exit.FINE


async def _forecast(settings: Settings, range_: Range, wishes: Wishes) -> Forecast:
    policy_text = read_policy_file(wishes.policy)
    async with open_range(
        range_.directory,
        base=range_.base,
        head=range_.head,
        staged=range_.staged,
        working_tree=range_.working_tree,
    ) as found:
        forge = LocalForge(
            found=found,
            name=range_.directory.resolve().name,
            policy_text=policy_text,
            policy_path=str(wishes.policy or POLICY_PATH),
            without_model=wishes.no_model,
        )
        asked = None if wishes.no_model else _ask(settings)
        return await forecast(forge, asked)


def _ask(settings: Settings) -> Asked:
    return Asked(models=settings.models, limit=settings.review_limit, prices=read_price_table(settings))


def _tell(found: Forecast, wishes: Wishes, path: str | None) -> None:
    files = outline(found)
    if path is not None:
        explanation = explain(found, files, path)
        with open_report(wishes.output) as console:
            if wishes.form is Format.JSON:
                console.file.writelines(write_explanation(found, explanation))
            else:
                print_explanation(found, explanation, console)
        return
    with open_report(wishes.output) as console:
        if wishes.form is Format.JSON:
            console.file.writelines(write_plan(found, files))
        else:
            print_plan(found, files, console)
