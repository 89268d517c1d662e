# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two builds in two directories make the same bytes."""
from lib import debs


def test_the_same_bytes_from_another_directory():
    packages = debs.build(*debs.QUICK)
    other = debs.build(*debs.QUICK, place="another/place")
    names = sorted(path.name for path in packages.glob("*.deb"))
    assert names == sorted(path.name for path in other.glob("*.deb"))
    assert [name for name in names if (packages / name).read_bytes() != (other / name).read_bytes()] == []
