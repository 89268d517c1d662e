// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/load_path.h"

#include <algorithm>
#include <string_view>

#include "base/path.h"

namespace ringfence::unit {

namespace {

using Directories = std::vector<std::string>;

Directories split(const std::string& list) {
    Directories parts;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t colon = std::min(list.find(':', at), list.size());
        if (colon > at) parts.push_back(list.substr(at, colon - at));
        at = colon + 1;
    }
    return parts;
}

const Directories system_directories = {
    "/etc/systemd/system.control",  "/run/systemd/system.control",   "/run/systemd/transient",
    "/etc/systemd/system",          "/etc/systemd/system.attached",  "/run/systemd/system",
    "/run/systemd/system.attached", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",  // a link to the one above, except on systems with a split /usr
};

// Collects the user manager's directories.
class UserDirectories {
  public:
    explicit UserDirectories(const Environment& environment) : environment_(environment) {}

    Directories collect() {
        const auto config = home_directory("XDG_CONFIG_HOME", "/.config");
        const auto data = home_directory("XDG_DATA_HOME", "/.local/share");
        const auto runtime = environment_("XDG_RUNTIME_DIR");
        add(config, "/systemd/user.control");
        add(runtime, "/systemd/user.control");
        add(runtime, "/systemd/transient");
        add(config, "/systemd/user");
        add_list("XDG_CONFIG_DIRS", "/etc/xdg");
        out_.push_back("/etc/systemd/user");
        add(runtime, "/systemd/user");
        out_.push_back("/run/systemd/user");
        add(data, "/systemd/user");
        add_list("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
        for (const char* directory :
             {"/usr/local/lib/systemd/user", "/usr/local/share/systemd/user",
              "/usr/lib/systemd/user", "/usr/share/systemd/user"})
            out_.push_back(directory);
        return std::move(out_);
    }

  private:
    std::optional<std::string> home_directory(const char* variable, const char* below_home) {
        if (auto value = environment_(variable)) return value;
        if (auto home = environment_("HOME")) return *home + below_home;
        return std::nullopt;
    }

    void add(const std::optional<std::string>& base, const char* below) {
        if (base) out_.push_back(*base + below);
    }

    void add_list(const char* variable, const char* fallback) {
        for (const std::string& base : split(environment_(variable).value_or(fallback)))
            out_.push_back(base + "/systemd/user");
    }

    const Environment& environment_;
    Directories out_;
};

}  // namespace

LoadPath load_path(Scope scope, const Environment& environment) {
    Directories all;
    bool built_in = true;
    if (const auto given = environment("SYSTEMD_UNIT_PATH")) {
        all = split(*given);
        built_in = !given->empty() && given->back() == ':';
    }
    if (built_in) {
        const Directories more =
            scope == Scope::user ? UserDirectories(environment).collect() : system_directories;
        all.insert(all.end(), more.begin(), more.end());
    }
    return load_path(scope, all);
}

LoadPath load_path(Scope scope, const std::vector<std::string>& told) {
    LoadPath path{scope, {}};
    for (const std::string& directory : told) {
        const std::string simple = simplify_path(directory);
        const bool seen = std::find(path.directories.begin(), path.directories.end(), simple) !=
                          path.directories.end();
        if (!seen && !is_generator_directory(simple)) path.directories.push_back(simple);
    }
    return path;
}

bool is_generator_directory(const std::string& directory) {
    constexpr std::string_view tails[] = {"/generator", "/generator.early", "/generator.late"};
    return std::any_of(std::begin(tails), std::end(tails),
                       [&](std::string_view tail) { return directory.ends_with(tail); });
}

bool is_transient_directory(const std::string& directory) {
    return directory.ends_with("/systemd/transient");
}

}  // namespace ringfence::unit
