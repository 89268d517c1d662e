// SPDX-License-Identifier: LGPL-2.1-or-later
// make-schema KIND: writes the JSON Schema of one kind of file to standard output. The build runs
// it and installs the files that it writes.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/schema/schema_json.h"

namespace {

using ringfence::policy::Role;

constexpr struct {
    std::string_view name;
    Role role;
    const char* title;
} kinds[] = {
    {"policy", Role::policy, "ringfence policy: policies/NAME.toml"},
    {"abstraction", Role::abstraction, "ringfence abstraction: policies/abstractions/NAME.toml"},
    {"drop-in", Role::drop_in, "ringfence drop-in: NAME.toml.d/*.toml"},
    {"ringfence.conf", Role::defaults, "ringfence.conf and ringfence.conf.d/*.conf"},
};

}  // namespace

int main(int argc, char** argv) {
    for (const auto& kind : kinds)
        if (argc == 2 && kind.name == argv[1]) {
            const auto schema = ringfence::policy::schema_of(kind.role);
            std::fputs(ringfence::cli::schema_json(schema, kind.title).c_str(), stdout);
            return std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    std::fputs("usage: make-schema policy|abstraction|drop-in|ringfence.conf\n", stderr);
    return EXIT_FAILURE;
}
