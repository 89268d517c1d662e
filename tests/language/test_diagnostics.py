# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every way to get a policy wrong that we could think of, and exactly what is said about it."""
import re

import pytest
from case import cases, lay_out, show

BAD = cases("bad")


def test_there_are_enough():
    assert len(BAD) >= 120


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_is_refused_in_these_words(case, ringfence, tmp_path, request):
    lay_out(case, tmp_path)
    status, out, text = show(ringfence, tmp_path)
    assert status == 1 and out == ""
    # Nothing that moves a cursor, whatever the file holds; every problem has a place.
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    heads = [line for line in text.splitlines() if " error: " in line]
    assert heads and all(re.match(r"/etc/ringfence/\S+?:\d+:\d+: error: ", line) for line in heads)
    expected = case / "expected"
    if request.config.getoption("--update"):
        expected.write_text(text)
    assert text == expected.read_text(), "run with --update if that is meant"
