// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the programs that the kernel executes to start another one: the interpreter of a script,
// and the loader of an ELF file. Source: execve(2); PT_INTERP in elf(5).
#pragma once

#include <string>
#include <vector>

#include "base/root.h"
#include "dropin/own_writes.h"

namespace ringfence::dropin {

/// A program, its interpreter or loader, that of the interpreter, and so on.
struct ProgramFile {
    std::string path;                  ///< as the command or the file before it names it
    std::vector<std::string> crossed;  ///< the links to it, and the file; see Links::crossed()
};

/// The chain that begins with `program`. It ends before a name that leads to something else than a
/// regular file, because the kernel executes no other, and a rule on a directory would be for all
/// its files. It ends with a name that leads to nothing. It is empty if the program cannot be read;
/// starting it then fails, too.
std::vector<ProgramFile> find_program_files(Links& links, const std::string& program);

/// The same without the program itself.
std::vector<std::string> find_interpreters(const Root& root, const std::string& program);

/// The interpreter or loader that is named in `head`, the first bytes of a file; empty if there is
/// none.
std::string interpreter_of(const std::string& head);

}  // namespace ringfence::dropin
