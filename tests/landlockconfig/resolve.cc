// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads lines "FILE [FILE…]" and prints the result of each set of landlockconfig files, in the form
// of the original's recorded results:
//
//   ok FS NET SCOPED PATH=ACCESS… PORT=ACCESS…     masks in hexadecimal, sorted
//   error                                          and, on standard error, why
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "policy/interop/landlockconfig.h"

namespace {

using ringfence::policy::LandlockConfig;

std::string resolve(const std::string& line) {
    std::istringstream files(line);
    std::optional<LandlockConfig> all;
    for (std::string file; files >> file;) {
        std::ifstream stream(file);
        const std::string text((std::istreambuf_iterator<char>(stream)), {});
        auto config = ringfence::policy::parse_landlockconfig(text, file);
        if (!config) {
            std::cerr << to_string(config.error().at(0)) << "\n";
            return "error";
        }
        all = all ? compose(*all, *config) : std::move(*config);
    }
    const auto paths = resolve_paths(*all);
    if (!paths) {
        std::cerr << to_string(paths.error().at(0)) << "\n";
        return "error";
    }
    std::string out =
        fmt::format("ok {:x} {:x} {:x}", all->handled.fs, all->handled.net, all->handled.scope);
    std::set<std::string> rows;
    for (const auto& path : *paths)
        rows.insert(fmt::format(" {}={:x}", path.path, path.access.fs));
    for (const std::string& row : rows)
        out += row;
    for (const auto& [port, grant] : all->ports)
        out += fmt::format(" {}={:x}", port, grant.access.net);
    return out;
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);)
        std::cout << resolve(line) << "\n";
}
