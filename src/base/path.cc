// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/path.h"

#include <algorithm>

namespace ringfence {

std::string simplify_path(std::string_view path) {
    const bool absolute = path.starts_with('/');
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, slash - at);
        if (!part.empty() && part != ".") {
            if (absolute || !out.empty()) out += '/';
            out += part;
        }
        at = slash + 1;
    }
    if (out.empty()) return absolute ? "/" : ".";
    return out;
}

std::string base_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string directory_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

bool is_beneath(std::string_view path, std::string_view directory) {
    if (directory == "/") return path != "/";
    return path.size() > directory.size() && path.starts_with(directory) &&
           path[directory.size()] == '/';
}

bool covers(std::string_view directory, std::string_view path) {
    return path == directory || is_beneath(path, directory);
}

std::vector<std::string> with_parents(std::string_view path) {
    std::vector<std::string> all;
    for (std::string_view at = path; !at.empty() && at != "/";
         at = at.substr(0, std::min(at.rfind('/'), at.size()))) {
        all.emplace_back(at);
        if (at.find('/') == std::string_view::npos) break;  // it begins with a specifier
    }
    all.emplace_back("/");
    return all;
}

}  // namespace ringfence
