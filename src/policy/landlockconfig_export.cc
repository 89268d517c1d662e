// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "landlock/rights.h"
#include "policy/draft.h"
#include "policy/landlockconfig.h"
#include "policy/short_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;
using landlock::Right;

constexpr Access sayable = landlock::known_at(landlockconfig_abi);

// What specifiers stand for in units of the system manager, systemd.unit(5).
struct SpecifierValue {
    char letter;
    const char* value;
};
constexpr SpecifierValue specifier_values[] = {
    {'S', "/var/lib"}, {'C', "/var/cache"}, {'L', "/var/log"}, {'t', "/run"},
    {'E', "/etc"},     {'T', "/tmp"},       {'V', "/var/tmp"},
};

/// A policy's path as landlockconfig's: "%%" becomes "%", "$$" stays. Nothing when it has a
/// specifier or variable that only systemd can replace.
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

std::string full_names(const Access& access) {
    std::string names;
    for (const Right& right : landlock::rights)
        if (access.contains(right.access()))
            names += (names.empty() ? "" : ", ") + std::string(right.name);
    return names;
}

Access of_family_only(const Access& access, Family family) {
    return {family == Family::fs ? access.fs : 0, family == Family::net ? access.net : 0,
            family == Family::scope ? access.scope : 0};
}

/// Rules with the same rights, and the comment of each.
struct PathRow {
    std::string path;
    std::string comment;
};

class Exporter {
  public:
    explicit Exporter(const Rules& rules) : rules_(rules), layer_(rules.layers.front()) {}

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
        const Access all = (landlock::known_at(layer_.abi) - layer_.unrestricted);
        const Access wanted = Access{all.fs, all.net, 0} | layer_.scopes;
        handled_ = wanted & sayable;
        if (const Access newer = wanted - sayable; !newer.empty())
            lose(fmt::format("{}: no names for these; not restricted in the export",
                             full_names(newer)));
        collect_paths();
        collect_ports();
        collect_settings();
    }

    void collect_paths() {
        std::size_t required = 0;
        for (const PathRule& rule : layer_.paths) {
            const auto path = exported_path(rule.path);
            if (!path) {
                lose(fmt::format("{} on {}: only systemd can replace what is in it; left out",
                                 full_names(rule.access), rule.path));
                continue;
            }
            // Below a right that is not handled there is nothing to give.
            const Access access = rule.access & handled_;
            if (access.empty()) continue;
            if (!rule.optional) ++required;
            paths_[access.fs].push_back({*path, comment_of(rule.origins)});
        }
        if (required != 0)
            lose(fmt::format("that {} of the paths must exist: there, a missing one is skipped",
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
            lose(fmt::format("{} of {} layers: a file is one layer; left out",
                             rules_.layers.size() - 1, rules_.layers.size()));
        if (rules_.minimum_abi != 1)
            lose("minimum_abi: it is enforced as far as the kernel can, and silently");
        if (rules_.inherit) lose("inherit: what the unit itself says is not in it");
        if (!rules_.quiet.empty()) lose("[log] quiet: all denials are logged alike");
        for (const Directive& directive : rules_.systemd)
            lose(fmt::format("[systemd] {}={}", directive.key, directive.value));
    }

    template <class Function>
    void each_handled(const Function& take) const {
        constexpr std::pair<Family, int> families[] = {
            {Family::fs, 0}, {Family::net, 1}, {Family::scope, 2}};
        for (const auto& [family, index] : families)
            if (const Access part = of_family_only(handled_, family); !part.empty())
                take(index, short_names(part));
    }

    std::string json_text() const {
        using Json = nlohmann::ordered_json;
        constexpr const char* keys[] = {"handledAccessFs", "handledAccessNet", "scoped"};
        Json ruleset;
        each_handled([&](int index, const std::vector<std::string>& names) {
            ruleset[keys[index]] = names;
        });
        Json root;
        root["ruleset"] = Json::array({ruleset});
        for (const auto& [access, rows] : paths_) {
            Json parents = Json::array();
            for (const PathRow& row : rows)
                parents.push_back(row.path);
            root["pathBeneath"].push_back(
                {{"allowedAccess", short_names({access, 0, 0})}, {"parent", parents}});
        }
        for (const auto& [access, ports] : ports_)
            root["netPort"].push_back(
                {{"allowedAccess", short_names({0, access, 0})}, {"port", ports}});
        return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }

    static std::string comment(std::string_view text) {
        std::string out = "# ";
        for (const char c : text)
            out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
        return out + "\n";
    }

    static std::string names_list(const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names)
            text += (text.empty() ? "" : ", ") + toml_string(name);
        return "[" + text + "]";
    }

    std::string toml_text() const {
        std::string text =
            comment(fmt::format("landlockconfig, made by `ringfence export` of the policy {}",
                                rules_.name.empty() ? "given" : rules_.name));
        if (!rules_.description.empty()) text += comment(rules_.description);
        if (!losses_.empty()) text += comment("Not in it:");
        for (const std::string& loss : losses_)
            text += comment("- " + loss);
        constexpr const char* keys[] = {"handled_access_fs", "handled_access_net", "scoped"};
        text += "\n[[ruleset]]\n";
        each_handled([&](int index, const std::vector<std::string>& names) {
            text += fmt::format("{} = {}\n", keys[index], names_list(names));
        });
        for (const auto& [access, rows] : paths_) {
            text += fmt::format("\n[[path_beneath]]\nallowed_access = {}\nparent = [\n",
                                names_list(short_names({access, 0, 0})));
            for (const PathRow& row : rows)
                text += fmt::format("    {},{}", toml_string(row.path),
                                    row.comment.empty() ? "\n" : "  " + comment(row.comment));
            text += "]\n";
        }
        for (const auto& [access, ports] : ports_)
            text += fmt::format("\n[[net_port]]\nallowed_access = {}\nport = [{}]\n",
                                names_list(short_names({0, access, 0})), fmt::join(ports, ", "));
        return text;
    }

    const Rules& rules_;
    const Layer& layer_;
    Access handled_;
    std::map<std::uint64_t, std::vector<PathRow>> paths_;  // by access
    std::map<std::uint64_t, std::vector<unsigned>> ports_;
    std::vector<std::string> losses_;
};

}  // namespace

Result<ConfigExport> export_landlockconfig(const Rules& rules, Spelling spelling) {
    return Exporter(rules).write(spelling);
}

}  // namespace ringfence::policy
