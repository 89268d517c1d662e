// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/judge/hierarchy.h"

#include <algorithm>

#include "base/escape.h"
#include "base/path.h"

namespace ringfence::policy {

bool Hierarchy::is_beneath(const std::string& path, const std::string& directory) const {
    const std::vector<std::string> above = chain(path);
    return std::find(above.begin() + 1, above.end(), chain(directory).front()) != above.end();
}

// The result is a path as policies write it: each "%" and "$" is doubled, or begins a specifier or
// variable that is not replaced.
std::string WrittenPaths::expanded(const std::string& path) const {
    std::string out;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const bool pair = (path[at] == '%' || path[at] == '$') && at + 1 < path.size();
        const auto value =
            path[at] == '%' && pair ? specifiers_.find(path[at + 1]) : specifiers_.end();
        if (value != specifiers_.end())
            out += escape_expansions(value->second);
        else
            out += path.substr(at, pair ? 2 : 1);
        at += pair ? 1 : 0;
    }
    return out;
}

std::vector<std::string> WrittenPaths::chain(const std::string& path) const {
    if (specifiers_.empty()) return with_parents(simplify_path(path));
    return with_parents(simplify_path(expanded(path)));
}

const Hierarchy& written_paths() {
    static const WrittenPaths paths;
    return paths;
}

}  // namespace ringfence::policy
