// SPDX-License-Identifier: LGPL-2.1-or-later
// Does what the start-up code of a C library would do, as far as the wrapper needs it: finds argv,
// envp and AT_RANDOM on the initial stack, applies the relocations of a position-independent file,
// and seeds the stack protector. There are no constructors to run.
#include <cstddef>
#include <cstdint>

#include "exec/sys.h"
#include "landlock/arch.h"
#include "landlock/report.h"

namespace ringfence::exec {
int run(char** argv, char** envp, const unsigned char* random);
}

#if defined _GLIBCXX_ASSERTIONS && defined __GLIBCXX__
// Whoever builds the wrapper decides whether the headers of the C++ library check what they are
// given (newer versions of meson ask for it, and so do hardened distributions). A check that fails
// calls this function. The library's own would bring stdio; turning the checks off would let a
// wrapper that has found its own mistake go on to execve.
void std::__glibcxx_assert_fail(const char*, int, const char*, const char* condition) noexcept {
    constexpr char text[] =
        "ringfence-exec: a bug in the wrapper, the program is not started: not true: ";
    ringfence::exec::sys::write(2, text, sizeof text - 1);
    ringfence::exec::sys::write(2, condition, __builtin_strlen(condition));
    ringfence::exec::sys::write(2, "\n", 1);
    ringfence::exec::sys::exit(ringfence::report::exit_cannot_enforce);
}
#endif

extern "C" {

// The compiler refers to the canary, and to the function that is called when it was overwritten, by
// these names (-mstack-protector-guard=global).
std::uintptr_t __stack_chk_guard = 0;  // NOLINT(bugprone-reserved-identifier)

[[noreturn]] void __stack_chk_fail() {  // NOLINT(bugprone-reserved-identifier)
    constexpr char text[] = "ringfence-exec: stack overwritten, the program is not started\n";
    ringfence::exec::sys::write(2, text, sizeof text - 1);
    ringfence::exec::sys::exit(ringfence::report::exit_cannot_enforce);
}

struct DynamicEntry {
    long tag;
    std::uintptr_t value;
};
// The linker defines these: the dynamic section, and the first byte of the file in memory.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern const DynamicEntry _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
// NOLINTEND(bugprone-reserved-identifier)

struct Relocation {
    std::uintptr_t offset;
    std::uintptr_t info;
    std::uintptr_t addend;
};

// On x86-64 there are no relocations, since no table contains pointers; aarch64 has one for the
// canary. The attribute is written in this form because Clang 14 knows no other.
__attribute__((no_stack_protector)) static void relocate() {
    constexpr long dt_rela = 7, dt_relasz = 8;
    const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(__ehdr_start);
    const Relocation* relocation = nullptr;
    std::size_t count = 0;
    for (const DynamicEntry* entry = _DYNAMIC; entry->tag != 0; ++entry) {
        if (entry->tag == dt_rela)
            relocation = reinterpret_cast<const Relocation*>(base + entry->value);
        if (entry->tag == dt_relasz) count = entry->value / sizeof(Relocation);
    }
    for (; count > 0; --count, ++relocation) {
        if (relocation->info != ringfence::arch::relative_relocation) __builtin_trap();
        *reinterpret_cast<std::uintptr_t*>(base + relocation->offset) = base + relocation->addend;
    }
}

// A set-user-ID copy would run any program as its owner. AT_SECURE is no test for that: it is also
// set at every SELinux transition from the service manager.
[[noreturn]] static void refuse_set_id() {
    constexpr char text[] =
        "ringfence-exec: refused: effective and real user or group differ, as in a set-user-ID "
        "or set-group-ID file; remove that bit (chmod ug-s)\n";
    ringfence::exec::sys::write(2, text, sizeof text - 1);
    ringfence::exec::sys::exit(ringfence::report::exit_refused);
}

[[noreturn, gnu::used]] __attribute__((no_stack_protector)) void ringfence_enter(long* stack) {
    relocate();
    constexpr long at_uid = 11, at_euid = 12, at_gid = 13, at_egid = 14, at_random = 25;
    const long argc = stack[0];
    char** const argv = reinterpret_cast<char**>(stack + 1);
    char** const envp = argv + argc + 1;
    long* vector = reinterpret_cast<long*>(envp);
    while (*vector != 0)
        ++vector;
    ++vector;
    static const unsigned char no_random[16] = {};
    const unsigned char* random = no_random;
    long ids[4] = {};  // real and effective user, real and effective group
    for (; vector[0] != 0; vector += 2) {
        if (vector[0] == at_random) random = reinterpret_cast<const unsigned char*>(vector[1]);
        if (vector[0] >= at_uid && vector[0] <= at_egid) ids[vector[0] - at_uid] = vector[1];
    }
    std::uintptr_t guard = 0;
    for (unsigned i = 0; i < sizeof guard; ++i)
        guard = guard << 8 | random[i];
    __stack_chk_guard = guard & ~std::uintptr_t{0xff};  // a NUL stops string overruns
    if (ids[0] != ids[at_euid - at_uid] || ids[at_gid - at_uid] != ids[at_egid - at_uid])
        refuse_set_id();
    ringfence::exec::sys::exit(ringfence::exec::run(argv, envp, random));
}

}  // extern "C"

RINGFENCE_ENTRY(ringfence_enter);
