# SPDX-License-Identifier: LGPL-2.1-or-later
"""Code that several layers share. tests/conftest.py has the fixtures.

build.py    the programs of the build under test
kernels.py  Debian's kernels of every Landlock ABI, in a cache
matrix/     the model of Landlock, the cases made from it, and the programs that try them
rig/        booted machines
summary.py  lines that a layer prints at its end
count.py, setup.sh  parts of tests/run
"""
