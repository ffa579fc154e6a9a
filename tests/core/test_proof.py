from __future__ import annotations

import pytest

from app.core.findings.finding import Evidence
from app.core.findings.verification.proof import Proof
from tests.core.changes import change, change_file

PATCH = change(change_file("app/pay.py", ["total = 1"], ["total = 2"]))


@pytest.mark.parametrize(
    ("path", "quote", "stands"),
    [
        ("lib/rates.py", "RATE = 3", True),
        ("./lib/rates.py", "RATE = 3", True),
        ("lib/rates.py", "RATE = 4", False),
        ("rates.py", "RATE = 3", False),
        ("lib/unread.py", "RATE = 3", False),
    ],
)
def test_a_file_that_is_not_part_of_the_change_proves_what_was_read_of_it(path: str, quote: str, stands: bool) -> None:
    proof = Proof(PATCH, {"app/pay.py": ["total = 2"], "lib/rates.py": ["", "RATE = 3"]}, {})
    assert proof.holds(Evidence(path, None, quote)) is stands
    if stands:
        assert proof.settle(Evidence(path, 2, quote)) == Evidence("lib/rates.py", 2, quote)
