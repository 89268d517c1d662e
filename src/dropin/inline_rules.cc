// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/inline_rules.h"

#include <algorithm>
#include <charconv>

#include "landlock/groups.h"
#include "policy/digest.h"
#include "policy/merge.h"
#include "policy/path_text.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

// What the reports call rules that no policy file holds.
constexpr char inline_name[] = "inline";

struct PathKey {
    const char* key;
    const char* group;  ///< of landlock::path_groups
};
constexpr PathKey path_keys[] = {
    {"X-LandlockReadPaths", "read"},
    {"X-LandlockExecPaths", "execute"},
    {"X-LandlockReadWritePaths", "write"},
};

struct PortKey {
    const char* key;
    const char* group;  ///< of landlock::port_groups
};
constexpr PortKey port_keys[] = {
    {"X-LandlockBindTCP", "bind-tcp"},
    {"X-LandlockConnectTCP", "connect-tcp"},
    {"X-LandlockBindUDP", "bind-udp"},
    {"X-LandlockConnectUDP", "connect-udp"},
};

template <class Row, std::size_t N>
landlock::Access access_of_group(const Row (&rows)[N], std::string_view name) {
    for (const Row& row : rows)
        if (name == row.option) return row.access;
    return {};
}

std::optional<unsigned> parse_decimal(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most)
        return std::nullopt;
    return value;
}

class InlineReader {
  public:
    explicit InlineReader(const unit::Unit& unit) : unit_(unit) {}

    Result<InlineRules> read() {
        for (const PathKey& row : path_keys)
            each_word(row.key, [&](const auto& word, const auto& where) {
                read_path(word, where, access_of_group(landlock::path_groups, row.group));
            });
        for (const PortKey& row : port_keys)
            each_word(row.key, [&](const auto& word, const auto& where) {
                read_port(word, where, access_of_group(landlock::port_groups, row.group));
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
            if (!out_.any) out_.where = line->where;
            out_.any = true;
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
        rule.origins = {{where, inline_name, ""}};
        out_.paths.push_back(std::move(rule));
    }

    void read_port(const std::string& word, const Location& where, const landlock::Access& access) {
        const std::size_t dash = word.find('-');
        const auto first = parse_decimal(std::string_view(word).substr(0, dash), 65535);
        const auto last = dash == std::string::npos
                              ? first
                              : parse_decimal(std::string_view(word).substr(dash + 1), 65535);
        if (!first || !last || *first > *last)
            return problem(where, policy::quote(word) + " is not a port or a range of ports",
                           "write 443, or 8080-8089");
        policy::PortRule rule;
        rule.first = static_cast<std::uint16_t>(*first);
        rule.last = static_cast<std::uint16_t>(*last);
        rule.access = access;
        rule.origins = {{where, inline_name, ""}};
        out_.ports.push_back(std::move(rule));
    }

    void read_scope(const std::string& word, const Location& where) {
        const landlock::Access scope = access_of_group(landlock::scope_groups, word);
        if (scope.empty() && word != "none")
            return problem(where, policy::quote(word) + " is not a scope",
                           "there are signal, abstract-unix-socket and none");
        out_.scopes = out_.scopes.value_or(landlock::Access{}) | scope;
    }

    void read_abi(const std::string& word, const Location& where) {
        const auto abi = parse_decimal(word, landlock::newest_abi);
        if (!abi || *abi == 0)
            return problem(where, policy::quote(word) + " is not an ABI version",
                           "write a number of 1 to " + std::to_string(landlock::newest_abi));
        out_.abi = static_cast<int>(*abi);
        out_.abi_where = where;
    }

    void read_minimum(const std::string& word, const Location& where) {
        const auto abi = parse_decimal(word, landlock::newest_abi);
        if (word != "all" && (!abi || *abi == 0))
            return problem(where, policy::quote(word) + " is not a minimum",
                           "write an ABI version, or all");
        out_.minimum_abi_where = where;
        out_.minimum_abi = word == "all" ? policy::minimum_abi_all : static_cast<int>(*abi);
    }

    void problem(const Location& where, std::string message, std::string hint) {
        problems_.push_back({where, std::move(message), std::move(hint)});
    }

    const unit::Unit& unit_;
    InlineRules out_;
    Diagnostics problems_;
};

// Ports and scopes that the layer's ABI has not; path groups mean "as much of it as there is".
void check_abi(const InlineRules& own, int abi, Diagnostics& problems) {
    const auto check = [&](const landlock::Access& access, const Location& where,
                           const std::string& what) {
        const int needed = landlock::abi_needed(access);
        if (needed > abi)
            problems.push_back({where,
                                what + " needs Landlock ABI " + std::to_string(needed) +
                                    ", and the rules are for ABI " + std::to_string(abi),
                                "raise the ABI once the rest is tested for it, or remove this"});
    };
    for (const policy::PortRule& rule : own.ports)
        check(rule.access, rule.origins.front().where, "this port");
    if (own.scopes) check(*own.scopes, own.where, "X-LandlockScope=");
}

int stricter(int a, int b) {
    return a == policy::minimum_abi_all || b == policy::minimum_abi_all ? policy::minimum_abi_all
                                                                        : std::max(a, b);
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

Result<InlineRules> read_inline_rules(const unit::Unit& unit) {
    return InlineReader(unit).read();
}

Result<policy::Rules> add_inline_rules(const InlineRules& own, policy::Rules rules) {
    if (!own.any) return rules;
    policy::Layer& layer = rules.layers.front();
    Diagnostics problems;
    if (own.abi && *own.abi != layer.abi)
        problems.push_back({own.abi_where,
                            "X-LandlockABI=" + std::to_string(*own.abi) +
                                " differs from the ABI of the policy " + rules.name + ", " +
                                std::to_string(layer.abi),
                            "remove the setting: the policy decides"});
    check_abi(own, layer.abi, problems);
    if (!problems.empty()) return tl::unexpected(problems);
    policy::Body body{layer.paths, layer.ports, {}, {}};
    policy::merge(body, {own.paths, own.ports, {}, {}});
    policy::mask(body, landlock::known_at(layer.abi) - layer.unrestricted);
    layer.paths = std::move(body.paths);
    layer.ports = std::move(body.ports);
    layer.scopes |= own.scopes.value_or(landlock::Access{});
    const int minimum = stricter(rules.minimum_abi, own.minimum_abi.value_or(1));
    if (minimum != rules.minimum_abi) rules.minimum_abi_origin = {own.minimum_abi_where, "", ""};
    rules.minimum_abi = minimum;
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
    layer.abi = *own.abi;
    // As in a policy: all scopes of the ABI, unless they are named.
    if (!own.scopes)
        for (const landlock::ScopeGroup& scope : landlock::scope_groups)
            layer.scopes |= scope.access & landlock::known_at(layer.abi);
    rules.abi_origin = {own.abi_where, "", ""};
    if (!own.minimum_abi && defaults.minimum_abi) {
        rules.minimum_abi = policy::default_minimum(defaults, layer.abi);
        rules.minimum_abi_origin = {defaults.minimum_abi_where, "", ""};
    }
    rules.layers.push_back(std::move(layer));
    return add_inline_rules(own, std::move(rules));
}

}  // namespace ringfence::dropin
