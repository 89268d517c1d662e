// SPDX-License-Identifier: LGPL-2.1-or-later
// What a site's units and policies say about suggestions.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/denials_apply.h"
#include "unit/unit.h"
#include "unit/words.h"

namespace ringfence::cli {

using journal::PathAlias;
using journal::PathProposal;
using journal::PortProposal;

namespace {

// The directories that systemd makes for a unit of the system manager (systemd.exec(5)), and their
// bases (systemd.unit(5), "Specifiers"). Of user units only what the home directory holds could be
// said, and that is the user's own.
struct UnitDirectory {
    const char *key, *base, *specifier;
};
constexpr UnitDirectory unit_directories[] = {
    {"StateDirectory", "/var/lib", "%S"},
    {"CacheDirectory", "/var/cache", "%C"},
    {"LogsDirectory", "/var/log", "%L"},
    {"RuntimeDirectory", "/run", "%t"},
};

void add_instance_aliases(const unit::ServiceName& name, std::vector<PathAlias>& aliases) {
    // An escaped instance stands for another text than its name.
    const bool plain = name.instance.find_first_of("\\-") == std::string::npos;
    if (name.kind != unit::NameKind::instance || name.instance.size() < 2 || !plain) return;
    for (const char* base : {"/srv", "/etc", "/opt", "/var/www", "/home", "/run", "/var/lib",
                             "/var/cache", "/var/log", "/var/spool"}) {
        for (const std::string& between : {std::string(), "/" + name.prefix}) {
            const std::string directory = base + between;
            aliases.push_back({directory + "/" + name.instance, directory + "/%i",
                               "the instance's name is in it"});
        }
    }
}

std::vector<PathAlias> aliases_in(const unit::Unit& unit) {
    std::vector<PathAlias> aliases;
    for (const UnitDirectory& row : unit_directories) {
        for (const unit::Assignment* line : unit::list_setting(unit, {row.key})) {
            unit::WordReader words(line->text());
            for (auto word = words.next(); word && *word; word = words.next()) {
                const std::string directory = (*word)->value.substr(0, (*word)->value.find(':'));
                if (directory.empty() || directory.find('%') != std::string::npos) continue;
                const std::string why = fmt::format("{}= of the unit", row.key);
                const std::string written = fmt::format("{}/{}", row.specifier, directory);
                aliases.push_back({fmt::format("{}/{}", row.base, directory), written, why});
                // DynamicUser= puts the directory there and a link in its place.
                aliases.push_back(
                    {fmt::format("{}/private/{}", row.base, directory), written, why});
            }
        }
    }
    return aliases;
}

// Looks units and policies up, each once.
class SiteFacts {
  public:
    explicit SiteFacts(const Site& site)
        : site_(site),
          map_(unit::NameMap::build(site.root, site.units)),
          loader_(site.root, map_) {}

    const std::vector<PathAlias>& aliases(const journal::Unit& unit) {
        const auto [found, added] = aliases_.try_emplace(unit);
        if (!added || !unit.user_name.empty()) return found->second;
        const auto name = unit::parse_service_name(unit.name);
        const auto sources = name ? loader_.read(*name) : Result<unit::Sources>();
        if (name && sources) found->second = aliases_in(unit::parse(*sources));
        if (name) add_instance_aliases(*name, found->second);
        return found->second;
    }

    bool allows(const std::string& policy, const PathProposal& proposal) {
        const policy::Rules* rules = rules_of(policy);
        return rules != nullptr &&
               std::all_of(rules->layers.begin(), rules->layers.end(),
                           [&](const auto& layer) { return layer_allows(layer, proposal); });
    }

    bool allows(const std::string& policy, const PortProposal& proposal) {
        const policy::Rules* rules = rules_of(policy);
        if (rules == nullptr) return false;
        return std::all_of(rules->layers.begin(), rules->layers.end(), [&](const auto& layer) {
            return std::any_of(layer.ports.begin(), layer.ports.end(),
                               [&](const policy::PortRule& rule) {
                                   return rule.access == proposal.access() &&
                                          rule.first <= proposal.port && proposal.port <= rule.last;
                               });
        });
    }

  private:
    // What systemd would expand is only compared as text: at worst something is proposed twice.
    static bool layer_allows(const policy::Layer& layer, const PathProposal& proposal) {
        landlock::Access allowed;
        for (const policy::PathRule& rule : layer.paths) {
            const bool beneath = proposal.written == rule.path || rule.path == "/" ||
                                 proposal.written.starts_with(rule.path + "/");
            if (beneath) allowed |= rule.access;
        }
        return allowed.contains(proposal.grants);
    }

    const policy::Rules* rules_of(const std::string& names) {
        const auto [found, added] = rules_.try_emplace(names);
        if (added) {
            std::vector<policy::Name> list;
            for (std::size_t at = 0; at <= names.size();) {
                const std::size_t end = std::min(names.find('+', at), names.size());
                list.push_back({names.substr(at, end - at), false, {}});
                at = end + 1;
            }
            auto rules = site_.resolve(list);
            if (rules) found->second = *std::move(rules);
        }
        return found->second ? &*found->second : nullptr;
    }

    const Site& site_;
    unit::NameMap map_;
    unit::Loader loader_;
    std::map<journal::Unit, std::vector<PathAlias>> aliases_;
    std::map<std::string, std::optional<policy::Rules>> rules_;
};

}  // namespace

std::vector<journal::Suggestion> suggestions_for(const journal::Review& review, const Site* site,
                                                 bool force) {
    journal::SuggestOptions options;
    options.force = force;
    std::optional<SiteFacts> facts;
    if (site != nullptr) {
        facts.emplace(*site);
        options.aliases = [&](const journal::Unit& unit) { return facts->aliases(unit); };
        options.allows_path = [&](const std::string& policy, const PathProposal& proposal) {
            return facts->allows(policy, proposal);
        };
        options.allows_port = [&](const std::string& policy, const PortProposal& proposal) {
            return facts->allows(policy, proposal);
        };
    }
    return journal::suggest(review.denials, options);
}

}  // namespace ringfence::cli
