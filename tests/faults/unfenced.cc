// SPDX-License-Identifier: LGPL-2.1-or-later
// A wrapper that is broken on purpose. The tests must notice it.
//
//   unfenced-wrapper OPTION... -- PROGRAM [ARGUMENT...]
//
// It makes no fence at all. If it is built with -DIGNORE_RESULTS, it makes a fence and ignores the
// results of all calls, so it is correct until one of them fails.
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "landlock/abi.h"
#include "landlock/syscalls.h"

namespace {

namespace landlock = ringfence::landlock;

[[maybe_unused]] void restrict_carelessly(const char* program) {
    const landlock::Access known = landlock::probe().known();
    landlock::RulesetAttr attr;
    attr.handled_access_fs = known.fs;
    attr.handled_access_net = known.net;
    attr.scoped = known.scope;
    const int ruleset = static_cast<int>(landlock::create_ruleset(&attr, sizeof attr, 0));
    const int file = open(program, O_PATH | O_CLOEXEC);
    const landlock::Access execute =
        landlock::access_of("fs.execute") | landlock::access_of("fs.read_file");
    const landlock::PathBeneathAttr rule = {execute.fs, file};
    landlock::add_rule(ruleset, landlock::RuleType::path_beneath, &rule, 0);
    close(file);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    landlock::restrict_self(ruleset, 0);
    close(ruleset);
}

}  // namespace

int main(int argc, char** argv) {
    int first = 1;
    while (first < argc && strcmp(argv[first], "--") != 0)
        ++first;
    if (first + 1 >= argc) return 64;
#ifdef IGNORE_RESULTS
    restrict_carelessly(argv[first + 1]);
#endif
    execv(argv[first + 1], argv + first + 1);
    return 203;
}
