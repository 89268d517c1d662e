// SPDX-License-Identifier: LGPL-2.1-or-later
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "landlock/rights.h"
#include "policy/interop/foreign_reader.h"
#include "policy/interop/landlockconfig.h"
#include "policy/interop/landlockconfig_keys.h"
#include "policy/interop/path_template.h"
#include "policy/interop/short_names.h"
#include "policy/language/json.h"
#include "policy/model/path_text.h"
#include "policy/model/ports.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

/// A group of rights. Its rights depend on the file's `abi`.
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

std::vector<std::string> access_names(Family family) {
    std::vector<std::string> names = short_names(family, landlockconfig_abi);
    for (const ConfigGroup& group : config_groups)
        if (family == Family::fs || !group.fs_only) names.emplace_back(group.name);
    return names;
}

// The objects of a file, while they are read.
struct VariableObject {
    std::string name;
    std::set<std::string> literals;
};
struct PathsObject {
    Access access;
    std::vector<std::pair<PathTemplate, Location>> parents;
};
struct PortsObject {
    Access access;
    std::vector<std::pair<std::uint16_t, Location>> ports;
};

class ConfigReader : public ForeignReader {
  public:
    ConfigReader(const std::string& file, Spelling spelling)
        : ForeignReader("landlockconfig", spelling) {
        config_.file = file;
    }

    LandlockConfig read(const Value& root) {
        static constexpr Field<bool> fields[] = {
            {key_abi, &ConfigReader::skip_abi},
            {key_variable, &ConfigReader::read_section<&ConfigReader::read_variable>},
            {key_ruleset, &ConfigReader::read_section<&ConfigReader::read_ruleset>},
            {key_path_beneath, &ConfigReader::read_section<&ConfigReader::read_path_beneath>},
            {key_net_port, &ConfigReader::read_section<&ConfigReader::read_net_port>},
        };
        // All groups of rights depend on `abi`, wherever it stands in the file, so it is read
        // first.
        for (const Entry& entry : root.table)
            if (entry.key == name_of(key_abi)) read_abi(entry);
        bool any = false;
        read_object(root, "the top level", fields, any);
        if (!any && problems.empty())
            problems.add({config_.file, 1, 1}, "this configuration restricts nothing",
                         fmt::format("it needs a `{}`, `{}`, `{}` or `{}`", name_of(key_ruleset),
                                     name_of(key_path_beneath), name_of(key_net_port),
                                     name_of(key_variable)));
        return std::move(config_);
    }

  private:
    template <class Into>
    using Field = ForeignField<ConfigReader, Into>;

    void skip_abi(const Entry&, bool&) {}

    template <void (ConfigReader::*read_item)(const Value&)>
    void read_section(const Entry& entry, bool& any) {
        any = true;
        for (const Value& item : some_elements(entry))
            (this->*read_item)(item);
    }

    void read_abi(const Entry& entry) {
        if (entry.value.kind == Kind::null) return;
        config_.abi = integer_of(entry.value, "`abi`", 1, std::numeric_limits<std::int32_t>::max());
    }

    void read_variable(const Value& item) {
        static constexpr Field<VariableObject> fields[] = {
            {key_name, &ConfigReader::read_name, Presence::required},
            {key_literal, &ConfigReader::read_literals},
        };
        VariableObject variable;
        read_object(item, "a variable", fields, variable);
        config_.variables[variable.name].merge(variable.literals);
    }

    void read_name(const Entry& entry, VariableObject& variable) {
        const std::string* text = string_of(entry.value, "`name`");
        if (text == nullptr) return;
        variable.name = *text;
        if (!is_variable_name(*text))
            problems.add(entry.value.where,
                         fmt::format("{} is not a name for a variable", quote(*text)),
                         "write a letter, then letters, digits and _");
    }

    void read_literals(const Entry& entry, VariableObject& variable) {
        for (const Value& value : some_elements(entry))
            if (const std::string* text = string_of(value, "a literal"))
                variable.literals.insert(*text);
    }

    void read_ruleset(const Value& item) {
        static constexpr Field<bool> fields[] = {
            {handled_keys[0].key, &ConfigReader::read_handled<0>},
            {handled_keys[1].key, &ConfigReader::read_handled<1>},
            {handled_keys[2].key, &ConfigReader::read_handled<2>},
        };
        static_assert(std::size(fields) == std::size(handled_keys));
        bool any = false;
        read_object(item, "a ruleset", fields, any);
        if (!any && item.kind == Kind::table)
            problems.add(item.where, "this ruleset is empty",
                         fmt::format("it needs `{}`, `{}` or `{}`", name_of(handled_keys[0].key),
                                     name_of(handled_keys[1].key), name_of(handled_keys[2].key)));
    }

    template <std::size_t row>
    void read_handled(const Entry& entry, bool& any) {
        any = true;
        config_.handled |= read_access(entry, handled_keys[row].family);
    }

    Access read_access(const Entry& entry, Family family) {
        Access access;
        for (const Value& value : some_elements(entry))
            if (const std::string* name = string_of(value, "a right"))
                access |= access_named(*name, value.where, family);
        return access;
    }

    Access access_named(const std::string& name, const Location& where, Family family) {
        for (const ConfigGroup& group : config_groups) {
            if (name != group.name || (group.fs_only && family != Family::fs)) continue;
            if (config_.abi) return of_family(group.access(*config_.abi), family);
            problems.add(where, fmt::format("{} needs an `abi` in this file", quote(name)),
                         "write abi = 6 or the one that it was written for");
            return {};
        }
        if (const auto access = access_by_short_name(name, family, landlockconfig_abi))
            return *access;
        if (problems.full()) return {};
        const auto names = access_names(family);
        const std::string near = nearest(name, names);
        problems.add(where, fmt::format("landlockconfig has no right {} here", quote(name)),
                     near.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                                  : fmt::format("did you mean `{}`?", near));
        return {};
    }

    /// The rights of a rule on paths or ports.
    template <class Rule, Family family>
    void read_allowed(const Entry& entry, Rule& rule) {
        rule.access = read_access(entry, family);
    }

    void read_path_beneath(const Value& item) {
        static constexpr Field<PathsObject> fields[] = {
            {key_allowed, &ConfigReader::read_allowed<PathsObject, Family::fs>, Presence::required},
            {key_parent, &ConfigReader::read_parents, Presence::required},
        };
        PathsObject rule;
        read_object(item, "a rule on paths", fields, rule);
        grant(config_.paths, rule.parents, rule.access);
    }

    void read_parents(const Entry& entry, PathsObject& rule) {
        for (const Value& value : some_elements(entry)) {
            const std::string* text = string_of(value, "a path");
            if (text == nullptr) continue;
            if (auto parent = parse_template(*text))
                rule.parents.emplace_back(std::move(*parent), value.where);
            else
                problems.add(value.where, "the path " + parent.error().message,
                             parent.error().hint);
        }
    }

    void read_net_port(const Value& item) {
        static constexpr Field<PortsObject> fields[] = {
            {key_allowed, &ConfigReader::read_allowed<PortsObject, Family::net>,
             Presence::required},
            {key_port, &ConfigReader::read_ports, Presence::required},
        };
        PortsObject rule;
        read_object(item, "a rule on ports", fields, rule);
        grant(config_.ports, rule.ports, rule.access);
    }

    void read_ports(const Entry& entry, PortsObject& rule) {
        for (const Value& value : some_elements(entry))
            if (const auto port = integer_of(value, "a port", 0, last_port))
                rule.ports.emplace_back(static_cast<std::uint16_t>(*port), value.where);
    }

    /// Adds the rights of a rule to all of its paths or ports. The rule says nothing when its
    /// groups are empty, as they may be at an old ABI.
    template <class Map, class Places>
    void grant(Map& map, const Places& places, const Access& access) {
        if (access.empty()) return;
        config_.handled |= access;
        for (const auto& [key, where] : places)
            map.try_emplace(key, ConfigGrant{{}, where}).first->second.access |= access;
    }

    LandlockConfig config_;
};

}  // namespace

bool is_landlockconfig(const Value& root) {
    bool version = false;
    bool known = false;
    for (const Entry& entry : root.table) {
        version |= entry.key == "version";
        for (const ForeignKey& key : {key_variable, key_ruleset, key_path_beneath, key_net_port})
            known |= entry.key == key.toml || entry.key == key.json;
    }
    return known && !version;
}

Result<LandlockConfig> read_landlockconfig(const Value& root, const std::string& file,
                                           Spelling spelling) {
    ConfigReader reader(file, spelling);
    LandlockConfig config = reader.read(root);
    reader.problems.sort();
    if (!reader.problems.empty()) return reader.problems.take();
    return config;
}

Result<LandlockConfig> parse_landlockconfig(std::string_view text, const std::string& file) {
    const bool json = looks_like_json(text);
    const auto root = json ? parse_json(text, file) : parse_toml(text, file);
    if (!root) return tl::unexpected(root.error());
    return read_landlockconfig(*root, file, json ? Spelling::json : Spelling::toml);
}

}  // namespace ringfence::policy
