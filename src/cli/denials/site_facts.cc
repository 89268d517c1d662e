// SPDX-License-Identifier: LGPL-2.1-or-later
// Collects what suggestions need to know of a site's units and policies.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "base/path.h"
#include "cli/denials/apply.h"
#include "cli/site/operand.h"
#include "dropin/attachment.h"
#include "dropin/wrapped_command.h"
#include "policy/model/name.h"
#include "unit/command.h"
#include "unit/directories.h"
#include "unit/unit.h"
#include "unit/words.h"

namespace ringfence::cli {

using journal::PathAlias;

namespace {

void add_instance_aliases(const unit::ServiceName& name, std::vector<PathAlias>& aliases) {
    // In a path, an escaped instance is not written as in the unit's name.
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

// Only for system units: the directories of user units are in the user's home, which belongs to the
// user anyway.
std::vector<PathAlias> aliases_in(const unit::Unit& unit) {
    std::vector<PathAlias> aliases;
    for (const unit::BaseDirectory& row : unit::base_directories) {
        if (row.setting == nullptr) continue;
        for (const unit::Assignment* line : unit::list_setting(unit, {row.setting})) {
            unit::WordReader words(line->text());
            for (auto word = words.next(); word && *word; word = words.next()) {
                const std::string directory = (*word)->value.substr(0, (*word)->value.find(':'));
                if (directory.empty() || directory.find('%') != std::string::npos) continue;
                const std::string why = fmt::format("{}= of the unit", row.setting);
                const std::string written = fmt::format("%{}/{}", row.specifier, directory);
                aliases.push_back({fmt::format("{}/{}", row.path, directory), written, why});
                // With DynamicUser=, the directory is there, and the usual path is a link to it.
                aliases.push_back(
                    {fmt::format("{}/private/{}", row.path, directory), written, why});
            }
        }
    }
    return aliases;
}

std::set<std::string> names_of(const std::string& joined) {
    const auto names = policy::names_in(joined);
    return {names.begin(), names.end()};
}

// The policies that the unit asks for, or that a static fence has made a part of it.
std::set<std::string> policies_of(const unit::Unit& unit, const dropin::Wrapper& wrapper) {
    std::set<std::string> names;
    for (const policy::Name& name : dropin::read_attachment(unit).policies)
        names.insert(name.name);
    for (const unit::UnitCommand& row : unit::commands_of(unit, {"ExecStart"}))
        if (const auto wrapped = dropin::read_wrapped_command(wrapper, row.command))
            names.merge(names_of(wrapped->policy));
    return names;
}

// Looks units and policies up.
class SiteFacts {
  public:
    explicit SiteFacts(const Site& site)
        : site_(site),
          map_(unit::NameMap::build(site.root, site.units)),
          loader_(site.root, map_) {}

    journal::UnitFacts facts_of(const journal::Unit& unit) {
        journal::UnitFacts facts;
        const bool of_user = !unit.user_name.empty();
        facts.policies.emplace();
        const auto name = unit::parse_service_name(of_user ? unit.user_name : unit.name);
        facts.specifiers = unit::specifier_values(of_user ? unit::Scope::user : unit::Scope::system,
                                                  name ? &*name : nullptr);
        if (!name || of_user != site_.is_user()) return facts;
        if (const auto sources = loader_.read(*name)) {
            const unit::Unit parsed = unit::parse(*sources);
            facts.policies = policies_of(parsed, site_.wrapper());
            if (!of_user) facts.aliases = aliases_in(parsed);
        }
        if (of_user) return facts;
        add_instance_aliases(*name, facts.aliases);
        return facts;
    }

    /// `names`: one policy, or several as "a+b". Nothing if one of them does not exist or has
    /// errors.
    std::optional<policy::Rules> rules_of(const std::string& names) const {
        auto rules = site_.resolve(policies_in(names));
        return rules ? *std::move(rules) : std::nullopt;
    }

  private:
    const Site& site_;
    unit::NameMap map_;
    unit::SourceLoader loader_;
};

}  // namespace

std::vector<journal::Suggestion> suggestions_for(const journal::Review& review, const Site* site,
                                                 const std::set<std::string>& forced) {
    journal::SuggestOptions options;
    options.forced = forced;
    if (site == nullptr) return journal::suggest(review.denials, options);
    SiteFacts facts(*site);
    std::set<std::string> policies;
    for (const journal::Denial& denial : review.denials) {
        const journal::Unit& unit = denial.attribution.unit;
        if (!options.units.contains(unit)) options.units.emplace(unit, facts.facts_of(unit));
        policies.insert(denial.attribution.policy);
    }
    for (const std::string& policy : policies)
        if (auto rules = facts.rules_of(policy))
            options.policies.emplace(policy, *std::move(rules));
    return journal::suggest(review.denials, options);
}

}  // namespace ringfence::cli
