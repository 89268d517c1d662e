// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/link_target.h"

#include <algorithm>

#include "base/path.h"

namespace ringfence::unit {

namespace {

// The links in the directory part resolved as far as that exists, the last component kept: a link
// to a unit that does not exist is an alias still.
std::string resolve_parent(const Root& root, const std::string& path) {
    std::string missing = "/" + base_name(path);
    for (std::string directory = directory_of(path);; directory = directory_of(directory)) {
        if (const auto resolved = root.resolve(directory))
            return (*resolved == "/" ? "" : *resolved) + missing;
        if (directory == "/") return path;
        missing.insert(0, "/" + base_name(directory));
    }
}

// Removes "." and "..". Components that exist are resolved already, so ".." does not cross a link.
std::string normalize(const std::string& path) {
    std::vector<std::string> parts;
    for (std::size_t at = 1; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, slash - at);
        if (part == ".." && !parts.empty()) parts.pop_back();
        if (part != ".." && part != "." && !part.empty()) parts.push_back(part);
        at = slash + 1;
    }
    std::string out;
    for (const std::string& part : parts)
        out += "/" + part;
    return out.empty() ? "/" : out;
}

// Whether systemd accepts the alias `link` for the unit `target_name`
// (unit_validate_alias_symlink_or_warn()).
bool is_valid_alias(const ServiceName& link, const std::string& target_name) {
    const auto target = parse_service_name(target_name);
    if (!target || target->full == link.full) return false;
    const bool to_template =
        link.kind == NameKind::instance && target->kind == NameKind::template_name;
    if (target->kind != link.kind && !to_template) return false;
    return target->kind != NameKind::instance || target->instance == link.instance;
}

}  // namespace

std::optional<std::string> link_target(const Root& root,
                                       const std::vector<std::string>& directories,
                                       const std::string& path, const ServiceName& name) {
    const auto text = root.read_link(path);
    if (!text || text->empty()) return std::nullopt;
    const std::string absolute = text->front() == '/' ? *text : directory_of(path) + "/" + *text;
    const std::string resolved = normalize(resolve_parent(root, absolute));
    const bool is_inside =
        std::any_of(directories.begin(), directories.end(),
                    [&](const std::string& directory) { return is_beneath(resolved, directory); });
    if (!is_inside) return path;
    std::string target = base_name(resolved);
    return is_valid_alias(name, target) ? std::optional(std::move(target)) : std::nullopt;
}

}  // namespace ringfence::unit
