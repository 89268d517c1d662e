// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/inherit.h"

#include <algorithm>
#include <array>

#include "base/escape.h"
#include "base/path.h"
#include "dropin/search_path.h"
#include "landlock/groups.h"
#include "places/places.h"
#include "policy/judge/hierarchy.h"
#include "policy/model/access_groups.h"
#include "policy/resolve/merge.h"
#include "unit/command.h"
#include "unit/directories.h"

namespace ringfence::dropin {

namespace {

const SharedText own_program = "the unit's own program";
const SharedText interpreter_of_program = "the loader or interpreter of the unit's program";

constexpr landlock::Access execute = policy::path_group("execute").access;
constexpr landlock::Access write = policy::path_group("write").access;
constexpr landlock::Access read = policy::path_group("read").access;

// Settings with lists of paths. "-" and "+" may stand before a path. In bind mounts the path inside
// the unit's root stands behind a ":".
struct PathSetting {
    std::array<std::string_view, 2> keys;  // the second is empty if the setting has one spelling
    landlock::Access access;
    enum { whole, behind_colon } part = whole;
};
constexpr PathSetting path_settings[] = {
    {{"ExecPaths"}, execute},
    {{"ReadWritePaths", "ReadWriteDirectories"}, write},
    {{"ReadOnlyPaths", "ReadOnlyDirectories"}, read},
    {{"BindPaths"}, write, PathSetting::behind_colon},
    {{"BindReadOnlyPaths"}, read, PathSetting::behind_colon},
};

// Directories that systemd makes for the unit, below the base that a specifier stands for.
struct DirectorySetting {
    const char* key;
    const char* base;
    landlock::Access access;
};
constexpr DirectorySetting directory_settings[] = {
    {"StateDirectory", "%S", write},        {"RuntimeDirectory", "%t", write},
    {"CacheDirectory", "%C", write},        {"LogsDirectory", "%L", write},
    {"ConfigurationDirectory", "%E", read},
};

constexpr std::string_view credential_keys[] = {"LoadCredential", "LoadCredentialEncrypted",
                                                "SetCredential", "SetCredentialEncrypted",
                                                "ImportCredential"};

// In these settings "$" stands for itself; in a rule it begins a variable.
std::string as_rule_path(std::string_view path) {
    return escape_variables(simplify_path(path));
}

class InheritedPaths {
  public:
    explicit InheritedPaths(const unit::Unit& unit) : unit_(unit) {
        const unit::Assignment* root = unit::last_setting(unit, "RootDirectory");
        if (root != nullptr && root->text() != "/") root_ = simplify_path(root->text());
    }

    std::vector<policy::PathRule> collect() {
        for (const PathSetting& setting : path_settings)
            for (const unit::SettingWord& word : unit::setting_words(unit_, setting.keys))
                add_listed(word, setting);
        for (const DirectorySetting& setting : directory_settings)
            for (const unit::SettingWord& word : unit::setting_words(unit_, {setting.key}))
                add_directory(word, setting);
        for (const std::string_view key : credential_keys)
            if (const auto* line = unit::last_setting(unit_, key))
                add("%d", read, line->where, std::string(key));
        add_working_directory();
        add_pid_file();
        return std::move(rules_);
    }

  private:
    void add_listed(const unit::SettingWord& word, const PathSetting& setting) {
        std::string_view path = word.value;
        bool in_root = root_.empty();
        while (!path.empty() && (path.front() == '-' || path.front() == '+')) {
            in_root |= path.front() == '+';
            path.remove_prefix(1);
        }
        if (setting.part == PathSetting::behind_colon) {
            // SOURCE:DESTINATION:OPTIONS. The destination is always inside the root.
            const std::size_t colon = path.find(':');
            if (colon != std::string_view::npos) path.remove_prefix(colon + 1);
            path = path.substr(0, path.find(':'));
            in_root = true;
        }
        std::string inside(path);
        if (!in_root) {
            // This is a path of the host. Outside of the unit's root the service cannot see it.
            if (!is_beneath(inside, root_)) return;
            inside.erase(0, root_.size());
        }
        add(inside, setting.access, word.where, word.line.key);
    }

    void add_directory(const unit::SettingWord& word, const DirectorySetting& setting) {
        const std::string name = word.value.substr(0, word.value.find(':'));  // "NAME:LINK:FLAGS"
        add(std::string(setting.base) + "/" + name, setting.access, word.where, setting.key);
    }

    void add_working_directory() {
        const unit::Assignment* line = unit::last_setting(unit_, "WorkingDirectory");
        if (line == nullptr) return;
        std::string_view path = line->text();
        if (path.front() == '-') path.remove_prefix(1);
        if (path != "~") add(std::string(path), read, line->where, line->key);
    }

    void add_pid_file() {
        const unit::Assignment* line = unit::last_setting(unit_, "PIDFile");
        if (line == nullptr) return;
        std::string path = line->text();
        if (path.front() != '/' && path.front() != '%') path.insert(0, "%t/");
        path = simplify_path(path);
        const std::string directory = directory_of(path);
        // A PID file alone must not open a directory that is not the service's own.
        const bool is_shared = places::is_shared_directory(directory);
        add(is_shared ? path : directory, write, line->where, line->key);
    }

    void add(const std::string& path, const landlock::Access& access, const Location& where,
             const std::string& key) {
        const bool absolute = !path.empty() && (path.front() == '/' || path.front() == '%');
        const std::string simple = as_rule_path(path);
        if (!absolute || simple == "/") return;
        policy::PathRule rule;
        rule.path = simple;
        rule.optional = true;
        rule.access = access;
        rule.origins = {{where, "", "the unit's " + key + "=", access}};
        rules_.push_back(std::move(rule));
    }

    const unit::Unit& unit_;
    std::string root_;
    std::vector<policy::PathRule> rules_;
};

policy::PathRule program_rule(const std::string& program, policy::Origin origin) {
    policy::PathRule rule;
    rule.path = as_rule_path(program);
    rule.optional = true;
    rule.access = execute;
    origin.access = execute;
    rule.origins = {std::move(origin)};
    return rule;
}

void add_to(policy::Layer& layer, std::vector<policy::PathRule> more) {
    // A rule of the policy with the same path and these rights is enough, even if it is not
    // optional.
    std::erase_if(more, [&](const policy::PathRule& rule) {
        return std::any_of(layer.paths.begin(), layer.paths.end(), [&](const auto& other) {
            return other.path == rule.path && other.access.contains(rule.access);
        });
    });
    policy::add_rules(layer, std::move(more));
}

// Removes each rule beneath a directory in which another rule lets the service make links and
// allows the same. It adds nothing, and if its path led through such a link, the service would not
// start: WorkingDirectory=/var/lib/app/current with StateDirectory=app.
void remove_covered(const policy::Layer& layer, const policy::Hierarchy& tree,
                    std::vector<policy::PathRule>& rules) {
    const std::vector<policy::PathRule> all = rules;
    std::erase_if(rules, [&](const policy::PathRule& rule) {
        const auto covers = [&](const policy::PathRule& other) {
            return !(other.access & landlock::makes_links).empty() &&
                   other.access.contains(rule.access) && tree.is_beneath(rule.path, other.path);
        };
        return std::any_of(layer.paths.begin(), layer.paths.end(), covers) ||
               std::any_of(all.begin(), all.end(), covers);
    });
}

// Calls `function` for each program of the commands. A name without a slash stands for all files
// that systemd would look for.
template <class Function>
void each_program(const unit::Unit& unit, const std::vector<std::string>& wrap, Function function) {
    const auto visit = [&](const unit::Command& command, const unit::Assignment& line) {
        if (command.is_absolute) return function(command.path, line);
        const auto path = search_path(unit);
        if (!path) return;  // render() reports the error
        for (const std::string& candidate : search_candidates(*path, command.path))
            function(candidate, line);
    };
    for (const unit::UnitCommand& row : unit::commands_of(unit, wrap))
        visit(row.command, row.line);
}

}  // namespace

std::vector<policy::PathRule> inherited_rules(const unit::Unit& unit) {
    return InheritedPaths(unit).collect();
}

bool is_of_a_program(const policy::Origin& origin) {
    return origin.policy.empty() &&
           (origin.reason == own_program || origin.reason == interpreter_of_program);
}

std::vector<std::string> programs(const unit::Unit& unit, const std::vector<std::string>& wrap) {
    std::vector<std::string> found;
    each_program(unit, wrap, [&](const std::string& program, const unit::Assignment&) {
        found.push_back(program);
    });
    return found;
}

void add_inherited_rules(const unit::Unit& unit, const std::vector<std::string>& wrap,
                         const std::vector<std::string>& interpreters, policy::Rules& rules,
                         unit::Scope scope) {
    if (!rules.inherit) return;
    std::vector<policy::PathRule> own;
    Location last;
    each_program(unit, wrap, [&](const std::string& program, const unit::Assignment& line) {
        own.push_back(program_rule(program, {line.where, "", own_program}));
        last = line.where;
    });
    for (const std::string& interpreter : interpreters)
        own.push_back(
            program_rule(escape_specifiers(interpreter), {last, "", interpreter_of_program}));
    for (policy::Layer& layer : rules.layers)
        add_to(layer, own);
    std::vector<policy::PathRule> paths = inherited_rules(unit);
    const policy::WrittenPaths tree(unit::specifier_values(scope, &unit.name));
    remove_covered(rules.layers.front(), tree, paths);
    add_to(rules.layers.front(), std::move(paths));
}

}  // namespace ringfence::dropin
