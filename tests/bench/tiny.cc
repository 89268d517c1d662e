// SPDX-License-Identifier: LGPL-2.1-or-later
// The smallest possible program. With it as the target, only the wrapper is measured.
#include "landlock/arch.h"

extern "C" [[noreturn, gnu::used]] void tiny_enter(long*) {
    for (;;)
        ringfence::arch::call(__NR_exit_group, 0);
}

RINGFENCE_ENTRY(tiny_enter);
