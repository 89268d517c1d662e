// SPDX-License-Identifier: LGPL-2.1-or-later
// The floor: the smallest program that restricts itself and executes another one. It has no
// options, checks, reports or error texts. The difference to ringfence-exec is the price of these.
//
//   floor READ… -- EXECUTE… -- WRITE… -- BIND CONNECT -- PROGRAM [ARGUMENT…] (three lists of
//   directories and two ports; without lists, it only executes)
#include <cstddef>
#include <cstdint>

#include "landlock/rights.h"
#include "landlock/syscalls.h"

using namespace ringfence::landlock;
using ringfence::arch::call;

namespace {

constexpr std::uint64_t read_bits = (access_of("fs.read_file") | access_of("fs.read_dir")).fs;
constexpr std::uint64_t execute_bits = read_bits | access_of("fs.execute").fs;
constexpr std::uint64_t write_bits = 0x7fff & ~access_of("fs.execute").fs;
constexpr std::uint64_t bits[] = {read_bits, execute_bits, write_bits};

bool is_end(const char* text) {
    return text[0] == '-' && text[1] == '-' && text[2] == 0;
}

std::uint64_t number(const char* text) {
    std::uint64_t value = 0;
    for (; *text != 0; ++text)
        value = value * 10 + static_cast<std::uint64_t>(*text - '0');
    return value;
}

[[maybe_unused]] char** restrict(char** argument) {
    RulesetAttr attr;
    attr.handled_access_fs = known_at(7).fs;
    attr.handled_access_net = known_at(7).net;
    attr.scoped = known_at(7).scope;
    const int ruleset = static_cast<int>(create_ruleset(&attr, sizeof attr, 0));
    for (const std::uint64_t access : bits) {
        for (; !is_end(*argument); ++argument) {
            const int fd = static_cast<int>(
                call(__NR_openat, -100, reinterpret_cast<long>(*argument), 012000000));
            const PathBeneathAttr rule = {access, fd};
            add_rule(ruleset, RuleType::path_beneath, &rule, 0);
            call(__NR_close, fd);
        }
        ++argument;
    }
    for (std::uint64_t port = 1; port <= 2; ++port, ++argument) {
        const NetPortAttr rule = {port, number(*argument)};
        add_rule(ruleset, RuleType::net_port, &rule, 0);
    }
    call(__NR_prctl, 38, 1, 0, 0, 0);
    restrict_self(ruleset, 2);
    return argument + 1;
}

}  // namespace

extern "C" [[noreturn, gnu::used]] void floor_enter(long* stack) {
    char** const argv = reinterpret_cast<char**>(stack + 1);
    char** const envp = argv + stack[0] + 1;
    char** program = argv + 1;
#ifndef EXEC_ONLY
    program = restrict(program);
#endif
    call(__NR_execve, reinterpret_cast<long>(*program), reinterpret_cast<long>(program),
         reinterpret_cast<long>(envp));
    call(__NR_exit_group, 127);
    for (;;) {
    }
}

#ifdef WITH_GLIBC
int main(int argc, char** argv) {
    // The same code behind glibc's static start-up, for comparison.
    long* const stack = reinterpret_cast<long*>(argv) - 1;
    (void)argc;
    floor_enter(stack);
}
#else
RINGFENCE_ENTRY(floor_enter);
#endif
