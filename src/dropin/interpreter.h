// SPDX-License-Identifier: LGPL-2.1-or-later
// The program that the kernel starts in a program's stead: a script's "#!" and an ELF file's
// loader.
//
// Source: execve(2); PT_INTERP in elf(5).
#pragma once

#include <string>
#include <vector>

#include "base/root.h"

namespace ringfence::dropin {

/// All programs that starting `program` executes besides itself: its interpreter, that one's
/// loader, and so on. Empty for what cannot be read: then execve(2) will say so.
std::vector<std::string> find_interpreters(const Root& root, const std::string& program);

/// The interpreter that the first bytes of a file name; empty when there is none.
std::string interpreter_of(const std::string& head);

}  // namespace ringfence::dropin
