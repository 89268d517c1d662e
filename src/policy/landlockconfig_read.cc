// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/json.h"
#include "policy/landlockconfig.h"
#include "policy/path_template.h"
#include "policy/path_text.h"
#include "policy/short_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

/// A key in both spellings.
struct ConfigKey {
    const char* json;
    const char* toml;
};
constexpr ConfigKey key_abi{"abi", "abi"};
constexpr ConfigKey key_variable{"variable", "variable"};
constexpr ConfigKey key_ruleset{"ruleset", "ruleset"};
constexpr ConfigKey key_path_beneath{"pathBeneath", "path_beneath"};
constexpr ConfigKey key_net_port{"netPort", "net_port"};
constexpr ConfigKey key_name{"name", "name"};
constexpr ConfigKey key_literal{"literal", "literal"};
constexpr ConfigKey key_handled_fs{"handledAccessFs", "handled_access_fs"};
constexpr ConfigKey key_handled_net{"handledAccessNet", "handled_access_net"};
constexpr ConfigKey key_scoped{"scoped", "scoped"};
constexpr ConfigKey key_allowed{"allowedAccess", "allowed_access"};
constexpr ConfigKey key_parent{"parent", "parent"};
constexpr ConfigKey key_port{"port", "port"};

/// A group of rights by the name that files give it.
struct ConfigGroup {
    std::string_view name;
    bool fs_only;
    Access (*access)(int abi);
};

constexpr Access execute_right = landlock::access_of("fs.execute");
constexpr Access read_rights =
    execute_right | landlock::access_of("fs.read_file") | landlock::access_of("fs.read_dir");

constexpr ConfigGroup config_groups[] = {
    {"abi.all", false, [](int abi) { return landlock::known_at(abi); }},
    {"abi.read_execute", true,
     [](int abi) {
         return (read_rights | landlock::access_of("fs.refer")) & landlock::known_at(abi);
     }},
    {"abi.read_write", true, [](int abi) { return landlock::known_at(abi) - execute_right; }},
};

Access of_family(const Access& access, Family family) {
    switch (family) {
        case Family::fs:
            return {access.fs, 0, 0};
        case Family::net:
            return {0, access.net, 0};
        case Family::scope:
            return {0, 0, access.scope};
    }
    return {};
}

std::vector<std::string> access_names(Family family) {
    std::vector<std::string> names = short_names(family, landlockconfig_abi);
    for (const ConfigGroup& group : config_groups)
        if (family == Family::fs || !group.fs_only) names.emplace_back(group.name);
    return names;
}

class ConfigReader {
  public:
    ConfigReader(const std::string& file, Spelling spelling) : spelling_(spelling) {
        config_.file = file;
    }

    LandlockConfig read(const Value& root) {
        // The groups of the whole file depend on it, wherever it stands.
        for (const Entry& entry : root.table)
            if (entry.key == name_of(key_abi)) read_abi(entry);
        bool any = false;
        const auto section = [&](void (ConfigReader::*reader)(const Value&)) {
            return [this, &any, reader](const Entry& entry) {
                any = true;
                for (const Value& item : array_of(entry))
                    (this->*reader)(item);
            };
        };
        read_object(root, "the top level",
                    {{key_abi, [](const Entry&) {}},
                     {key_variable, section(&ConfigReader::read_variable)},
                     {key_ruleset, section(&ConfigReader::read_ruleset)},
                     {key_path_beneath, section(&ConfigReader::read_path_beneath)},
                     {key_net_port, section(&ConfigReader::read_net_port)}});
        if (!any && problems.empty())
            problem({config_.file, 1, 1}, "this configuration restricts nothing",
                    fmt::format("it needs a `{}`, `{}`, `{}` or `{}`", name_of(key_ruleset),
                                name_of(key_path_beneath), name_of(key_net_port),
                                name_of(key_variable)));
        return std::move(config_);
    }

    Diagnostics problems;

  private:
    struct ConfigField {
        ConfigKey key;
        std::function<void(const Entry&)> read;
        bool required = false;
    };

    void problem(const Location& where, std::string message, std::string hint = {}) {
        if (problems.size() < most_problems)
            problems.push_back({where, std::move(message), std::move(hint)});
    }

    const char* name_of(const ConfigKey& key) const {
        return spelling_ == Spelling::json ? key.json : key.toml;
    }

    void read_object(const Value& value, std::string_view title,
                     const std::vector<ConfigField>& fields) {
        if (value.kind != Kind::table) {
            problem(value.where,
                    fmt::format("{} must be a table, not {}", title, describe(value.kind)));
            return;
        }
        for (const Entry& entry : value.table) {
            const auto field = std::find_if(
                fields.begin(), fields.end(),
                [&](const ConfigField& candidate) { return entry.key == name_of(candidate.key); });
            if (field == fields.end())
                unknown_key(entry, title, fields);
            else if (entry.value.kind != Kind::null || field->required)
                field->read(entry);
        }
        for (const ConfigField& field : fields)
            if (field.required &&
                std::none_of(value.table.begin(), value.table.end(),
                             [&](const Entry& entry) { return entry.key == name_of(field.key); }))
                problem(value.where, fmt::format("{} has no `{}`", title, name_of(field.key)));
    }

    void unknown_key(const Entry& entry, std::string_view title,
                     const std::vector<ConfigField>& fields) {
        std::vector<std::string> names;
        for (const ConfigField& field : fields) {
            const bool other_spelling = entry.key == field.key.json || entry.key == field.key.toml;
            if (other_spelling) names = {name_of(field.key)};
            if (other_spelling) break;
            names.emplace_back(name_of(field.key));
        }
        const std::string near = names.size() == 1 ? names[0] : nearest(entry.key, names);
        problem(
            entry.where,
            fmt::format("unknown key {} in {} of a landlockconfig file", quote(entry.key), title),
            near.empty() ? fmt::format("valid keys: {}", fmt::join(names, ", "))
                         : fmt::format("did you mean `{}`?", near));
    }

    /// The elements; none and a problem when there are none.
    const std::vector<Value>& array_of(const Entry& entry) {
        static const std::vector<Value> none;
        if (entry.value.kind != Kind::array) {
            problem(entry.value.where, fmt::format("`{}` must be an array, not {}", entry.key,
                                                   describe(entry.value.kind)));
            return none;
        }
        if (entry.value.array.empty())
            problem(entry.value.where, fmt::format("`{}` is empty", entry.key),
                    "name at least one, or leave the key out");
        return entry.value.array;
    }

    const std::string* string_of(const Value& value, std::string_view what) {
        if (value.kind == Kind::string) return &value.string;
        problem(value.where,
                fmt::format("{} must be a string, not {}", what, describe(value.kind)));
        return nullptr;
    }

    void read_abi(const Entry& entry) {
        constexpr std::int64_t largest = 0x7fffffff;
        const Value& value = entry.value;
        if (value.kind == Kind::null) return;
        if (value.kind == Kind::integer && value.integer >= 1 && value.integer <= largest)
            config_.abi = static_cast<int>(value.integer);
        else
            problem(value.where, "`abi` must be an integer from 1 to 2147483647");
    }

    void read_variable(const Value& item) {
        std::string name;
        std::set<std::string> literals;
        read_object(item, "a variable",
                    {{key_name,
                      [&](const Entry& entry) {
                          const std::string* text = string_of(entry.value, "`name`");
                          if (text == nullptr) return;
                          name = *text;
                          if (!is_variable_name(name))
                              problem(entry.value.where,
                                      fmt::format("{} names no variable", quote(name)),
                                      "a letter, then letters, digits and _");
                      },
                      true},
                     {key_literal, [&](const Entry& entry) {
                          for (const Value& value : array_of(entry))
                              if (const std::string* text = string_of(value, "a literal"))
                                  literals.insert(*text);
                      }}});
        config_.variables[name].merge(literals);
    }

    void read_ruleset(const Value& item) {
        bool any = false;
        const auto handled = [&](Family family) {
            return [this, &any, family](const Entry& entry) {
                any = true;
                config_.handled |= read_access(entry, family);
            };
        };
        read_object(item, "a ruleset",
                    {{key_handled_fs, handled(Family::fs)},
                     {key_handled_net, handled(Family::net)},
                     {key_scoped, handled(Family::scope)}});
        if (!any && item.kind == Kind::table)
            problem(item.where, "this ruleset is empty",
                    fmt::format("it needs `{}`, `{}` or `{}`", name_of(key_handled_fs),
                                name_of(key_handled_net), name_of(key_scoped)));
    }

    Access read_access(const Entry& entry, Family family) {
        Access access;
        for (const Value& value : array_of(entry))
            if (const std::string* name = string_of(value, "a right"))
                access |= access_named(*name, value.where, family);
        return access;
    }

    Access access_named(const std::string& name, const Location& where, Family family) {
        for (const ConfigGroup& group : config_groups) {
            if (name != group.name || (group.fs_only && family != Family::fs)) continue;
            if (config_.abi) return of_family(group.access(*config_.abi), family);
            problem(where, fmt::format("{} needs an `abi` in this file", quote(name)),
                    "write abi = 6 or the one that it was written for");
            return {};
        }
        if (const auto access = access_by_short_name(name, family, landlockconfig_abi))
            return *access;
        if (problems.size() >= most_problems) return {};
        const auto names = access_names(family);
        const std::string near = nearest(name, names);
        problem(where, fmt::format("landlockconfig has no right {} here", quote(name)),
                near.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                             : fmt::format("did you mean `{}`?", near));
        return {};
    }

    void read_path_beneath(const Value& item) {
        Access access;
        std::vector<std::pair<PathTemplate, Location>> parents;
        read_object(item, "a rule on paths",
                    {{key_allowed,
                      [&](const Entry& entry) { access = read_access(entry, Family::fs); }, true},
                     {key_parent,
                      [&](const Entry& entry) {
                          for (const Value& value : array_of(entry))
                              if (auto parent = template_of(value))
                                  parents.emplace_back(std::move(*parent), value.where);
                      },
                      true}});
        // A group may be empty at an old ABI; the rule then says nothing.
        if (access.empty()) return;
        config_.handled |= access;
        for (auto& [parent, where] : parents)
            add(config_.paths, parent, access, where);
    }

    void read_net_port(const Value& item) {
        Access access;
        std::vector<std::pair<std::uint16_t, Location>> ports;
        read_object(item, "a rule on ports",
                    {{key_allowed,
                      [&](const Entry& entry) { access = read_access(entry, Family::net); }, true},
                     {key_port,
                      [&](const Entry& entry) {
                          for (const Value& value : array_of(entry))
                              if (const auto port = port_of(value))
                                  ports.emplace_back(*port, value.where);
                      },
                      true}});
        if (access.empty()) return;
        config_.handled |= access;
        for (const auto& [port, where] : ports)
            add(config_.ports, port, access, where);
    }

    template <class Map>
    static void add(Map& map, const typename Map::key_type& key, const Access& access,
                    const Location& where) {
        map.try_emplace(key, ConfigGrant{{}, where}).first->second.access |= access;
    }

    std::optional<std::uint16_t> port_of(const Value& value) {
        constexpr std::int64_t last = 65535;
        if (value.kind == Kind::integer && value.integer >= 0 && value.integer <= last)
            return static_cast<std::uint16_t>(value.integer);
        problem(value.where, "a port must be an integer from 0 to 65535");
        return {};
    }

    std::optional<PathTemplate> template_of(const Value& value) {
        const std::string* text = string_of(value, "a path");
        if (text == nullptr) return {};
        auto parsed = parse_template(*text);
        if (parsed) return std::move(*parsed);
        problem(value.where, "the path " + parsed.error().message, parsed.error().hint);
        return {};
    }

    Spelling spelling_;
    LandlockConfig config_;
};

}  // namespace

bool is_landlockconfig(const Value& root) {
    bool version = false;
    bool known = false;
    for (const Entry& entry : root.table) {
        version |= entry.key == "version";
        for (const ConfigKey& key : {key_variable, key_ruleset, key_path_beneath, key_net_port})
            known |= entry.key == key.toml || entry.key == key.json;
    }
    return known && !version;
}

Result<LandlockConfig> read_landlockconfig(const Value& root, const std::string& file,
                                           Spelling spelling) {
    ConfigReader reader(file, spelling);
    LandlockConfig config = reader.read(root);
    if (!reader.problems.empty()) return tl::unexpected(std::move(reader.problems));
    return config;
}

Result<LandlockConfig> parse_landlockconfig(std::string_view text, const std::string& file) {
    const bool json = looks_like_json(text);
    const auto root = json ? parse_json(text, file) : parse_toml(text, file);
    if (!root) return tl::unexpected(root.error());
    return read_landlockconfig(*root, file, json ? Spelling::json : Spelling::toml);
}

}  // namespace ringfence::policy
