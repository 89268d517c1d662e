// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints the peak resident size, in KiB, of a command: `bench-peak PROGRAM [ARGUMENT]…`. It is
// freestanding because wait4(2) also counts the child's pages before execve. The pages of an
// ordinary parent would hide a small program.
#include <cstdint>

#include "exec/text.h"
#include "landlock/arch.h"

namespace {

using ringfence::arch::call;

struct Usage {  // struct rusage
    long user[2], system[2], peak_kib, rest[13];
};

}  // namespace

extern "C" [[noreturn, gnu::used]] void peak_enter(long* stack) {
    char** const argv = reinterpret_cast<char**>(stack + 1);
    char** const envp = argv + stack[0] + 1;
    constexpr long sigchld = 17;
    const long pid = call(__NR_clone, sigchld);
    if (pid == 0) {
        call(__NR_execve, reinterpret_cast<long>(argv[1]), reinterpret_cast<long>(argv + 1),
             reinterpret_cast<long>(envp));
        call(__NR_exit_group, 127);
    }
    int status = 0;
    Usage usage = {};
    call(__NR_wait4, pid, reinterpret_cast<long>(&status), 0, reinterpret_cast<long>(&usage));
    ringfence::exec::Buffer<32> text;
    text.add(static_cast<std::uint64_t>(usage.peak_kib)).put('\n');
    call(__NR_write, 1, reinterpret_cast<long>(text.view().data()),
         static_cast<long>(text.view().size()));
    for (;;)
        call(__NR_exit_group, status == 0 ? 0 : 1);
}

RINGFENCE_ENTRY(peak_enter);
