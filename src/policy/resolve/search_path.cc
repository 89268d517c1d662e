// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/search_path.h"

#include "base/path.h"

namespace ringfence::policy {

namespace {

constexpr const char* folder = "/ringfence/policies";

using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The value of a variable when it is an absolute path. Other values must be ignored (XDG Base
/// Directory Specification, "Basics").
std::optional<std::string> directory(const Environment& environment, const std::string& name) {
    auto value = environment(name);
    if (value && !value->starts_with('/')) return std::nullopt;
    return value;
}

}  // namespace

SearchPath system_search_path() {
    SearchPath path;
    for (const char* prefix : {"/etc", "/run", "/usr/local/lib", "/usr/lib"})
        path.push_back(std::string(prefix) + folder);
    return path;
}

SearchPath user_search_path(const Environment& environment) {
    const auto home = directory(environment, "HOME");
    auto config = directory(environment, "XDG_CONFIG_HOME");
    auto data = directory(environment, "XDG_DATA_HOME");
    if (!config && home) config = *home + "/.config";
    if (!data && home) data = *home + "/.local/share";
    SearchPath path;
    for (const auto& base : {config, directory(environment, "XDG_RUNTIME_DIR"), data})
        if (base) path.push_back(*base + folder);
    for (std::string& system : system_search_path())
        path.push_back(std::move(system));
    return path;
}

SearchPath configuration_search_path(const SearchPath& policies) {
    SearchPath path;
    for (const std::string& directory : policies)
        path.push_back(directory_of(directory));
    return path;
}

}  // namespace ringfence::policy
