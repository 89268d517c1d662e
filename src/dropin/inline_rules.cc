// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/inline_rules.h"

#include <algorithm>

#include "base/number.h"
#include "landlock/groups.h"
#include "policy/language/check_abi.h"
#include "policy/language/parse.h"
#include "policy/model/access_groups.h"
#include "policy/model/path_text.h"
#include "policy/model/ports.h"
#include "policy/resolve/digest.h"
#include "policy/resolve/merge.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

// The name of a unit's own rules in reports, where others have the name of a policy.
constexpr char inline_name[] = "inline";

struct PathKey {
    const char* key;
    landlock::Access access;
};
constexpr PathKey path_keys[] = {
    {"X-LandlockReadPaths", policy::path_group("read").access},
    {"X-LandlockExecPaths", policy::path_group("execute").access},
    {"X-LandlockReadWritePaths", policy::path_group("write").access},
};

struct PortKey {
    const char* key;
    landlock::Access access;
};
constexpr PortKey port_keys[] = {
    {"X-LandlockBindTCP", policy::port_group("bind-tcp").access},
    {"X-LandlockConnectTCP", policy::port_group("connect-tcp").access},
    {"X-LandlockBindUDP", policy::port_group("bind-udp").access},
    {"X-LandlockConnectUDP", policy::port_group("connect-udp").access},
};

/// The scope of this name; the empty set if there is none.
landlock::Access scope_named(std::string_view name) {
    for (const landlock::ScopeGroup& scope : landlock::scope_groups)
        if (name == scope.option) return scope.access;
    return {};
}

std::optional<unsigned> parse_decimal(std::string_view text, unsigned most) {
    const auto value = parse_number(text);
    return value && *value <= most ? std::optional(static_cast<unsigned>(*value)) : std::nullopt;
}

class InlineReader {
  public:
    explicit InlineReader(const unit::Unit& unit) : unit_(unit) {}

    Result<std::optional<InlineRules>> read() {
        for (const PathKey& row : path_keys)
            each_word(row.key, [&](const auto& word, const auto& where) {
                read_path(word, where, row.access);
            });
        for (const PortKey& row : port_keys)
            each_word(row.key, [&](const auto& word, const auto& where) {
                read_port(word, where, row.access);
            });
        each_word("X-LandlockScope",
                  [&](const auto& word, const auto& where) { read_scope(word, where); });
        each_word("X-LandlockABI",
                  [&](const auto& word, const auto& where) { read_abi(word, where); });
        each_word("X-LandlockMinimumABI",
                  [&](const auto& word, const auto& where) { read_minimum(word, where); });
        if (!problems_.empty()) return tl::unexpected(problems_);
        return std::move(out_);
    }

  private:
    template <class Function>
    void each_word(const char* key, const Function& take) {
        for (const unit::Assignment* line : unit::list_setting(unit_, {key})) {
            if (!out_) out_.emplace().where = line->where;
            unit::WordReader words(line->text());
            for (auto word = words.next();; word = words.next()) {
                if (!word) {
                    problem(line->at(word.error().begin), "a quote is not closed", "close it");
                    break;
                }
                if (!*word) break;
                take((*word)->value, line->at((*word)->begin));
            }
        }
    }

    void read_path(const std::string& word, const Location& where, const landlock::Access& access) {
        const auto path = policy::parse_path(word);
        if (!path)
            return problem(where, policy::quote(word) + " " + path.error().message,
                           path.error().hint);
        policy::PathRule rule;
        rule.path = path->path;
        rule.optional = path->optional;
        rule.access = access;
        rule.origins = {{where, inline_name, "", access}};
        out_->paths.push_back(std::move(rule));
    }

    void read_port(const std::string& word, const Location& where, const landlock::Access& access) {
        const auto ports = policy::parse_ports(word);
        if (!ports)
            return problem(where, policy::quote(word) + " is not a port or a range of ports",
                           "write 443, or 8080-8089");
        policy::PortRule rule;
        rule.first = ports->first;
        rule.last = ports->last;
        rule.access = access;
        rule.origins = {{where, inline_name, "", access}};
        out_->ports.push_back(std::move(rule));
    }

    void read_scope(const std::string& word, const Location& where) {
        const landlock::Access scope = scope_named(word);
        if (scope.empty() && word != "none")
            return problem(where, policy::quote(word) + " is not a scope",
                           "write signal, abstract-unix-socket or none");
        out_->scopes = out_->scopes.value_or(landlock::Access{}) | scope;
    }

    void read_abi(const std::string& word, const Location& where) {
        const auto abi = parse_decimal(word, landlock::newest_abi);
        if (!abi || *abi == 0)
            return problem(where, policy::quote(word) + " is not an ABI version",
                           "write a number of 1 to " + std::to_string(landlock::newest_abi));
        out_->abi = {static_cast<int>(*abi), where};
    }

    void read_minimum(const std::string& word, const Location& where) {
        const auto abi = parse_decimal(word, landlock::newest_abi);
        if (word != "all" && (!abi || *abi == 0))
            return problem(where, policy::quote(word) + " is not a minimum ABI",
                           "write an ABI version, or all");
        out_->minimum_abi = {word == "all" ? policy::minimum_abi_all : static_cast<int>(*abi),
                             where};
    }

    void problem(const Location& where, std::string message, std::string hint) {
        problems_.push_back({where, std::move(message), std::move(hint)});
    }

    const unit::Unit& unit_;
    std::optional<InlineRules> out_;
    Diagnostics problems_;
};

// Reports ports and scopes that need a newer ABI than the layer has. Groups of rights on paths need
// no check: they mean those rights of the group that the ABI has.
void check_abi(const InlineRules& own, int abi, Diagnostics& problems) {
    const auto check = [&](const landlock::Access& access, const Location& where,
                           const std::string& what) {
        const int needed = landlock::abi_needed(access);
        if (needed > abi)
            problems.push_back({where,
                                what + " needs Landlock ABI " + std::to_string(needed) +
                                    ", but the rules are for ABI " + std::to_string(abi),
                                "test the other rules with that ABI and raise it, or remove this"});
    };
    for (const policy::PortRule& rule : own.ports)
        check(rule.access, rule.origins.front().where, "this port");
    if (own.scopes) check(*own.scopes, own.where, "X-LandlockScope=");
}

void raise_minimum(const policy::Located<int>& own, policy::Rules& rules) {
    const int minimum = policy::stricter_minimum(rules.minimum_abi, own.value);
    if (minimum != rules.minimum_abi) rules.minimum_abi_origin = {own.where, "", ""};
    rules.minimum_abi = minimum;
}

}  // namespace

const std::vector<std::string>& inline_keys() {
    static const std::vector<std::string> keys = [] {
        std::vector<std::string> all;
        for (const PathKey& row : path_keys)
            all.emplace_back(row.key);
        for (const PortKey& row : port_keys)
            all.emplace_back(row.key);
        all.insert(all.end(), {"X-LandlockScope", "X-LandlockABI", "X-LandlockMinimumABI"});
        return all;
    }();
    return keys;
}

bool is_inline_key(std::string_view key) {
    return std::find(inline_keys().begin(), inline_keys().end(), key) != inline_keys().end();
}

Result<std::optional<InlineRules>> read_inline_rules(const unit::Unit& unit) {
    return InlineReader(unit).read();
}

Result<policy::Rules> add_inline_rules(const InlineRules& own, policy::Rules rules) {
    policy::Layer& layer = rules.layers.front();
    Diagnostics problems;
    if (own.abi && own.abi->value != layer.abi)
        problems.push_back({own.abi->where,
                            "X-LandlockABI=" + std::to_string(own.abi->value) +
                                " differs from the ABI of the policy " + rules.name + ", " +
                                std::to_string(layer.abi),
                            "remove the setting: the ABI of the policy counts"});
    check_abi(own, layer.abi, problems);
    if (!problems.empty()) return tl::unexpected(problems);
    policy::add_rules(layer, own.paths, own.ports);
    layer.scopes |= own.scopes.value_or(landlock::Access{});
    if (own.minimum_abi) raise_minimum(*own.minimum_abi, rules);
    rules.digest = policy::digest(rules);
    return rules;
}

Result<policy::Rules> make_rules(const InlineRules& own, const policy::Defaults& defaults) {
    if (!own.abi)
        return fail({own.where, "rules without a policy need X-LandlockABI=",
                     "set it to the Landlock ABI that they are tested for, such as " +
                         std::to_string(landlock::newest_abi)});
    policy::Rules rules;
    rules.name = inline_name;
    policy::Layer layer;
    layer.abi = own.abi->value;
    // As in a policy, all scopes of the ABI are restricted unless some are named.
    if (!own.scopes)
        for (const landlock::ScopeGroup& scope : landlock::scope_groups)
            layer.scopes |= scope.access & landlock::known_at(layer.abi);
    rules.abi_origin = {own.abi->where, "", ""};
    if (!own.minimum_abi && defaults.minimum_abi) {
        rules.minimum_abi = policy::default_minimum(defaults, layer.abi);
        rules.minimum_abi_origin = {defaults.minimum_abi_where, "", ""};
    }
    if (defaults.stand_ins) {
        rules.stand_ins = *defaults.stand_ins;
        rules.stand_ins_origin = {defaults.stand_ins_where, "", ""};
    }
    rules.layers.push_back(std::move(layer));
    return add_inline_rules(own, std::move(rules));
}

}  // namespace ringfence::dropin
