// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/inherit.h"

#include <algorithm>
#include <array>

#include "dropin/quote.h"
#include "dropin/search_path.h"
#include "policy/access_groups.h"
#include "policy/merge.h"
#include "unit/command.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

const SharedText own_program = "the unit's own program";
const SharedText interpreter_of_program = "the loader or interpreter of the unit's program";

// Settings with lists of paths. In all of them "-" and "+" may stand before a path, and what is
// behind a ":" is something else (where it is mounted from, or options).
struct PathSetting {
    std::array<std::string_view, 2> keys;  // the second may be empty: there is no such key
    const char* group;
    enum { whole, behind_colon } part = whole;
};
constexpr PathSetting path_settings[] = {
    {{"ExecPaths"}, "execute"},
    {{"ReadWritePaths", "ReadWriteDirectories"}, "write"},
    {{"ReadOnlyPaths", "ReadOnlyDirectories"}, "read"},
    {{"BindPaths"}, "write", PathSetting::behind_colon},
    {{"BindReadOnlyPaths"}, "read", PathSetting::behind_colon},
};

// Directories that systemd makes for the unit, below a base that a specifier names.
struct DirectorySetting {
    const char* key;
    const char* base;
    const char* group;
};
constexpr DirectorySetting directory_settings[] = {
    {"StateDirectory", "%S", "write"},        {"RuntimeDirectory", "%t", "write"},
    {"CacheDirectory", "%C", "write"},        {"LogsDirectory", "%L", "write"},
    {"ConfigurationDirectory", "%E", "read"},
};

constexpr std::string_view credential_keys[] = {"LoadCredential", "LoadCredentialEncrypted",
                                                "SetCredential", "SetCredentialEncrypted",
                                                "ImportCredential"};

// Where a PID file alone must not open the whole directory.
constexpr std::string_view shared_directories[] = {"/run",     "/var/run", "%t", "/tmp",
                                                   "/var/tmp", "/dev/shm", "/",  "/var"};

// In a rule "$" begins a variable; in the settings read here it is a character.
std::string as_rule_path(std::string_view path) {
    std::string out;
    for (const char c : unit::simplify_path(path))
        out.append(c == '$' ? 2 : 1, c);
    return out;
}

class Collector {
  public:
    explicit Collector(const unit::Unit& unit) : unit_(unit) {
        const unit::Assignment* root = unit::last_setting(unit, "RootDirectory");
        if (root != nullptr && root->text() != "/") root_ = unit::simplify_path(root->text());
    }

    std::vector<policy::PathRule> collect() {
        for (const PathSetting& setting : path_settings)
            each_word(setting.keys, [&](const std::string& word, const Location& where) {
                add_listed(word, setting, where);
            });
        for (const DirectorySetting& setting : directory_settings)
            each_word({setting.key}, [&](const std::string& word, const Location& where) {
                // "NAME:LINK:FLAGS"
                add(std::string(setting.base) + "/" + word.substr(0, word.find(':')), setting.group,
                    where, setting.key);
            });
        for (const std::string_view key : credential_keys)
            if (const auto* line = unit::last_setting(unit_, key))
                add("%d", "read", line->where, std::string(key));
        add_working_directory();
        add_pid_file();
        return std::move(rules_);
    }

  private:
    template <class Function>
    void each_word(unit::Keys keys, const Function& take) {
        for (const unit::Assignment* line : unit::list_setting(unit_, keys)) {
            key_ = line->key;
            unit::WordReader words(line->text());
            for (auto word = words.next(); word && *word; word = words.next())
                take((*word)->value, line->at((*word)->begin));
        }
    }

    void add_listed(const std::string& word, const PathSetting& setting, const Location& where) {
        std::string_view path = word;
        bool in_root = root_.empty();
        while (!path.empty() && (path.front() == '-' || path.front() == '+')) {
            in_root |= path.front() == '+';
            path.remove_prefix(1);
        }
        if (setting.part == PathSetting::behind_colon) {
            // SOURCE:DESTINATION:OPTIONS; the destination is inside the root in any case.
            const std::size_t colon = path.find(':');
            if (colon != std::string_view::npos) path.remove_prefix(colon + 1);
            path = path.substr(0, path.find(':'));
            in_root = true;
        }
        std::string inside(path);
        if (!in_root) {
            // A path of the host: of use only when it is inside the unit's root.
            if (inside.compare(0, root_.size() + 1, root_ + "/") != 0) return;
            inside.erase(0, root_.size());
        }
        add(inside, setting.group, where, key_);
    }

    void add_working_directory() {
        const unit::Assignment* line = unit::last_setting(unit_, "WorkingDirectory");
        if (line == nullptr) return;
        std::string_view path = line->text();
        if (path.front() == '-') path.remove_prefix(1);
        if (path != "~") add(std::string(path), "read", line->where, line->key);
    }

    void add_pid_file() {
        const unit::Assignment* line = unit::last_setting(unit_, "PIDFile");
        if (line == nullptr) return;
        std::string path = line->text();
        if (path.front() != '/' && path.front() != '%') path.insert(0, "%t/");
        path = unit::simplify_path(path);
        const std::size_t slash = path.rfind('/');
        const std::string directory = slash == 0 ? "/" : path.substr(0, slash);
        const bool shared = std::find(std::begin(shared_directories), std::end(shared_directories),
                                      directory) != std::end(shared_directories);
        add(shared ? path : directory, "write", line->where, line->key);
    }

    void add(const std::string& path, const char* name, const Location& where,
             const std::string& key) {
        const bool absolute = !path.empty() && (path.front() == '/' || path.front() == '%');
        const std::string simple = as_rule_path(path);
        if (!absolute || simple == "/") return;
        policy::PathRule rule;
        rule.path = simple;
        rule.optional = true;
        rule.access = policy::path_group(name).access;
        rule.origins = {{where, "", "the unit's " + key + "="}};
        rules_.push_back(std::move(rule));
    }

    const unit::Unit& unit_;
    std::string root_;
    std::string key_;
    std::vector<policy::PathRule> rules_;
};

policy::PathRule program_rule(const std::string& program, policy::Origin origin) {
    policy::PathRule rule;
    rule.path = as_rule_path(program);
    rule.optional = true;
    rule.access = policy::path_group("execute").access;
    rule.origins = {std::move(origin)};
    return rule;
}

void add_to(policy::Layer& layer, std::vector<policy::PathRule> more) {
    // A rule of the policy for the same path covers it, whether it is optional or not.
    std::erase_if(more, [&](const policy::PathRule& rule) {
        return std::any_of(layer.paths.begin(), layer.paths.end(), [&](const auto& other) {
            return other.path == rule.path && other.access.contains(rule.access);
        });
    });
    policy::Body body{std::move(layer.paths), std::move(layer.ports), {}, {}};
    policy::merge(body, {std::move(more), {}, {}, {}});
    policy::mask(body, landlock::known_at(layer.abi) - layer.unrestricted);
    layer.paths = std::move(body.paths);
    layer.ports = std::move(body.ports);
}

// A name without a slash stands for every place where systemd looks for it.
template <class Function>
void each_program(const unit::Unit& unit, const std::vector<std::string>& wrap, Function function) {
    const auto visit = [&](const unit::Command& command, const unit::Assignment& line) {
        if (command.is_absolute) return function(command.path, line);
        const auto path = search_path(unit);
        if (!path) return;  // render() reports it
        for (const std::string& candidate : search_candidates(*path, command.path))
            function(candidate, line);
    };
    for (const std::string& key : wrap)
        for (const unit::Assignment* line : unit::list_setting(unit, {key})) {
            const auto list = unit::parse_commands(line->value, line->where.file, unit.name);
            for (const unit::Command& command : list.commands)
                visit(command, *line);
        }
}

}  // namespace

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
                         const std::vector<std::string>& interpreters, policy::Rules& rules) {
    if (!rules.inherit) return;
    std::vector<policy::PathRule> own;
    Location last;
    each_program(unit, wrap, [&](const std::string& program, const unit::Assignment& line) {
        own.push_back(program_rule(program, {line.where, "", own_program}));
        last = line.where;
    });
    for (const std::string& interpreter : interpreters)
        own.push_back(program_rule(escape_expansions(interpreter, false),
                                   {last, "", interpreter_of_program}));
    for (policy::Layer& layer : rules.layers)
        add_to(layer, own);
    add_to(rules.layers.front(), Collector(unit).collect());
}

}  // namespace ringfence::dropin
