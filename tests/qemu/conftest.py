# SPDX-License-Identifier: LGPL-2.1-or-later
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "matrix")]
