# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exit statuses of the wrapper, as in ringfence-exec(1)."""
USAGE = 64
CANNOT_ENFORCE = 198
REFUSED = 199
NOT_EXECUTED = 203
