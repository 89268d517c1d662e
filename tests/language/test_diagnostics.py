# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every mistake in a policy that we could think of, and the exact message for it."""
import re

import pytest
from case import cases, lay_out, show, update

BAD = cases("bad")


def test_there_are_enough():
    assert len(BAD) >= 201


@pytest.mark.parametrize("case", BAD, ids=str)
def test_is_refused_in_these_words(case, ringfence, tmp_path, request):
    lay_out(case, tmp_path)
    status, out, text = show(ringfence, tmp_path)
    assert status == 1 and out == ""
    # Whatever is in the file, the message has no control characters, and every problem has a place.
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    heads = [line for line in text.splitlines() if " error: " in line]
    assert heads and all(re.match(r"/etc/ringfence/\S+?:\d+:\d+: error: ", line) for line in heads)
    if request.config.getoption("--update"):
        update(case, text)
    assert text == case.sections["expected"], "run with --update if that is meant"
