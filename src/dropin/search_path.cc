// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/search_path.h"

#include <algorithm>

namespace ringfence::dropin {

Result<std::string> search_path(const unit::Unit& unit) {
    // The lines of ExecSearchPath= add up, and each of them is a list.
    std::string path;
    Diagnostics problems;
    for (const unit::Assignment* line : unit::list_setting(unit, {"ExecSearchPath"})) {
        if (line->text().find_first_of("\"'\\$ \t") != std::string::npos)
            problems.push_back(
                {line->where,
                 "ExecSearchPath=" + line->text() + " has quotes, blanks, a backslash or a \"$\"",
                 "write the programs with their full paths"});
        path += (path.empty() ? "" : ":") + line->text();
    }
    if (!problems.empty()) return tl::unexpected(problems);
    return path.empty() ? default_search_path : path;
}

std::vector<std::string> search_candidates(const std::string& path, const std::string& name) {
    std::vector<std::string> found;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t colon = std::min(path.find(':', at), path.size());
        if (colon > at) found.push_back(path.substr(at, colon - at) + "/" + name);
        at = colon + 1;
    }
    return found;
}

}  // namespace ringfence::dropin
