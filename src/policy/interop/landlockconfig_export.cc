// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "landlock/rights.h"
#include "policy/interop/landlockconfig.h"
#include "policy/interop/landlockconfig_keys.h"
#include "policy/interop/short_names.h"
#include "policy/language/toml_text.h"
#include "policy/model/right_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

constexpr Access sayable = landlock::known_at(landlockconfig_abi);

// What some specifiers stand for in units of the system manager (systemd.unit(5)).
struct SpecifierValue {
    char letter;
    const char* value;
};
constexpr SpecifierValue specifier_values[] = {
    {'S', "/var/lib"}, {'C', "/var/cache"}, {'L', "/var/log"}, {'t', "/run"},
    {'E', "/etc"},     {'T', "/tmp"},       {'V', "/var/tmp"},
};

/// A path of a policy as landlockconfig writes it: "%%" becomes "%", and "$$" stays. Nothing when
/// the path has a specifier or a variable that only systemd can replace.
std::optional<std::string> exported_path(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const char c = path[i];
        const char next = i + 1 < path.size() ? path[i + 1] : '\0';
        if (c == '$') {
            if (next != '$') return {};
            out += "$$";
            ++i;
        } else if (c == '%') {
            const auto* known =
                std::find_if(std::begin(specifier_values), std::end(specifier_values),
                             [&](const SpecifierValue& row) { return row.letter == next; });
            if (next != '%' && known == std::end(specifier_values)) return {};
            out += next == '%' ? "%" : known->value;
            ++i;
        } else {
            out += c;
        }
    }
    return out;
}

struct PathRow {
    std::string path;
    std::string comment;
};

class ConfigExporter {
  public:
    explicit ConfigExporter(const Rules& rules) : rules_(rules), layer_(rules.layers.front()) {}

    Result<ConfigExport> write(Spelling spelling) {
        collect();
        if (handled_.empty())
            return fail(rules_.name, "landlockconfig has no name for anything that it restricts",
                        "its format ends with the rights of ABI 6");
        ConfigExport made;
        made.losses = losses_;
        made.text = spelling == Spelling::json ? json_text() : toml_text();
        return made;
    }

  private:
    void lose(std::string what) { losses_.push_back(std::move(what)); }

    void collect() {
        const Access wanted = layer_.handled();
        handled_ = wanted & sayable;
        if (const Access newer = wanted - sayable; !newer.empty())
            lose(fmt::format("{}: not restricted, because the format has no names for these rights",
                             joined_right_names(newer)));
        collect_paths();
        collect_ports();
        collect_settings();
    }

    void collect_paths() {
        std::size_t required = 0;
        for (const PathRule& rule : layer_.paths) {
            const auto path = exported_path(rule.path);
            if (!path) {
                lose(fmt::format("{} on {}: left out, because only systemd can expand this path",
                                 joined_right_names(rule.access), rule.path));
                continue;
            }
            // A rule cannot give rights that are not handled.
            const Access access = rule.access & handled_;
            if (access.empty()) continue;
            if (!rule.optional) ++required;
            paths_[access.fs].push_back({*path, comment_of(rule.origins)});
        }
        if (required != 0)
            lose(fmt::format("{} of the paths must exist: landlockconfig skips missing paths",
                             required));
    }

    static std::string comment_of(const std::vector<Origin>& origins) {
        for (const Origin& origin : origins)
            if (!origin.reason.empty()) return origin.reason;
        return "";
    }

    void collect_ports() {
        std::map<std::uint16_t, Access> ports;
        for (const PortRule& rule : layer_.ports)
            if (sayable.contains(rule.access))
                for (unsigned port = rule.first; port <= rule.last; ++port)
                    ports[static_cast<std::uint16_t>(port)] |= rule.access;
        for (const auto& [port, access] : ports)
            ports_[access.net].push_back(port);
    }

    void collect_settings() {
        if (rules_.layers.size() > 1)
            lose(fmt::format("{} of {} layers: left out, because a file is one layer",
                             rules_.layers.size() - 1, rules_.layers.size()));
        if (rules_.minimum_abi != 1)
            lose("minimum_abi: landlockconfig silently enforces only what the kernel can");
        if (rules_.trust_links == landlock::LinkTrust::root)
            lose("trust_links: landlockconfig follows all symbolic links");
        if (!layer_.elsewhere.empty())
            lose(fmt::format("{} of the rules: left out, because they are not for {}",
                             layer_.elsewhere.size(), rules_.architecture));
        if (rules_.stand_ins) lose("stand_ins: landlockconfig hides no sockets");
        if (rules_.forbid_landlock)
            lose("forbid_landlock: landlockconfig allows further restrictions inside");
        if (rules_.inherit) lose("inherit: the rules of the unit's own settings are left out");
        if (!rules_.quiet.empty()) lose("[log] quiet: landlockconfig logs all denials");
        for (const Directive& directive : rules_.systemd)
            lose(fmt::format("[systemd] {}={}", directive.key, directive.value));
    }

    /// Calls take(KEY, NAMES) for each family that has rights in `handled_`.
    template <class Function>
    void each_handled(const Function& take) const {
        for (const HandledKey& row : handled_keys)
            if (const Access part = of_family(handled_, row.family); !part.empty())
                take(row.key, short_names(part));
    }

    std::string json_text() const {
        using Json = nlohmann::ordered_json;
        const auto name = [](const ForeignKey& key) { return std::string(key.json); };
        Json ruleset;
        each_handled([&](const ForeignKey& key, const std::vector<std::string>& names) {
            ruleset[name(key)] = names;
        });
        Json root;
        root[name(key_ruleset)] = Json::array({ruleset});
        for (const auto& [access, rows] : paths_) {
            Json parents = Json::array();
            for (const PathRow& row : rows)
                parents.push_back(row.path);
            root[name(key_path_beneath)].push_back(
                {{name(key_allowed), short_names({access, 0, 0})}, {name(key_parent), parents}});
        }
        for (const auto& [access, ports] : ports_)
            root[name(key_net_port)].push_back(
                {{name(key_allowed), short_names({0, access, 0})}, {name(key_port), ports}});
        return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }

    std::string toml_text() const {
        std::string text =
            toml_comment(fmt::format("landlockconfig, made by `ringfence export` of the policy {}",
                                     rules_.name.empty() ? "given" : rules_.name));
        if (!rules_.description.empty()) text += toml_comment(rules_.description);
        if (!losses_.empty()) text += toml_comment("Not in it:");
        for (const std::string& loss : losses_)
            text += toml_comment("- " + loss);
        text += fmt::format("\n[[{}]]\n", key_ruleset.toml);
        each_handled([&](const ForeignKey& key, const std::vector<std::string>& names) {
            text += fmt::format("{} = {}\n", key.toml, toml_array(names));
        });
        for (const auto& [access, rows] : paths_) {
            text +=
                fmt::format("\n[[{}]]\n{} = {}\n{} = [\n", key_path_beneath.toml, key_allowed.toml,
                            toml_array(short_names({access, 0, 0})), key_parent.toml);
            for (const PathRow& row : rows)
                text += fmt::format("    {},{}", toml_string(row.path),
                                    row.comment.empty() ? "\n" : "  " + toml_comment(row.comment));
            text += "]\n";
        }
        for (const auto& [access, ports] : ports_)
            text += fmt::format("\n[[{}]]\n{} = {}\n{} = [{}]\n", key_net_port.toml,
                                key_allowed.toml, toml_array(short_names({0, access, 0})),
                                key_port.toml, fmt::join(ports, ", "));
        return text;
    }

    const Rules& rules_;
    const Layer& layer_;
    Access handled_;
    // By their rights: a rule of a file has one set of rights and many paths, or ports.
    std::map<std::uint64_t, std::vector<PathRow>> paths_;
    std::map<std::uint64_t, std::vector<unsigned>> ports_;
    std::vector<std::string> losses_;
};

}  // namespace

Result<ConfigExport> export_landlockconfig(const Rules& rules, Spelling spelling) {
    return ConfigExporter(rules).write(spelling);
}

}  // namespace ringfence::policy
