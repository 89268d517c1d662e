# SPDX-License-Identifier: LGPL-2.1-or-later
"""The enforcement matrix. tests/matrix runs it on this kernel and tests/qemu on others. tests/probing tries
random policies with the same programs."""
