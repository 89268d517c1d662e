# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian 13 and sid build the packages, too, and their lintian has nothing to say. This takes two more trees and two
more builds, and the packages that people install are those of Debian 12, so it is only done when it is asked for:

    RINGFENCE_RELEASES=yes RINGFENCE_BUILD=none python3 -m pytest tests/packages/test_other_releases.py
"""
import os

import pytest
from lib import debs


@pytest.mark.skipif("RINGFENCE_RELEASES" not in os.environ,
                    reason="takes minutes; tests/releases has compiled everything there. Set $RINGFENCE_RELEASES")
@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_packages_of_another_release(suite):
    made = debs.build(suite, "--quick")
    assert len(list(made.glob("*.deb"))) == 2
    changes, = made.glob("*.changes")
    debs.room(made, suite).run(["lintian", "--allow-root", "--fail-on", "error,warning", f"/build/{changes.name}"])
