// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/site.h"

#include <set>
#include <string>
#include <utility>

#include <systemd/sd-daemon.h>

#include "cli/site/config.h"
#include "cli/site/manager.h"
#include "cli/terminal/environment.h"
#include "dropin/stand_ins.h"

namespace ringfence::cli {

Result<std::optional<policy::Rules>> Site::resolve(const std::vector<policy::Name>& names) const {
    return resolve(names, policies);
}

Result<std::optional<policy::Rules>> Site::resolve(const std::vector<policy::Name>& names,
                                                   const policy::SearchPath& path) const {
    auto rules = policy::resolve(root, path, names, defaults.value_or(policy::Defaults{}));
    if (rules && *rules && !defaults) return tl::unexpected(defaults.error());
    return rules;
}

std::vector<std::string> Site::policy_names() const {
    return dropin::policy_names(root, policies);
}

dropin::Policies Site::policy_access() const {
    const auto resolver = [this] {
        return policy::make_resolver(root, policies, defaults.value_or(policy::Defaults{}));
    };
    return {resolver, policy_names(), defaults};
}

dropin::Wrapper Site::wrapper() const {
    return {RINGFENCE_WRAPPER, units.scope, dropin::kernel_abi_below(root)};
}

dropin::Plan Site::plan() const {
    return dropin::make_plan(root, units, policy_access(), wrapper());
}

Result<Site> open_site(const std::string& root, unit::Scope scope) {
    auto opened = Root::open(root);
    if (!opened) return fail(root, "cannot open the root directory: " + opened.error().message());
    auto policies = scope == unit::Scope::user ? policy::user_search_path(environment)
                                               : policy::system_search_path();
    auto defaults = policy::read_defaults(*opened, policies);
    return Site{std::move(*opened), unit::load_path(scope, environment), std::move(policies),
                std::move(defaults)};
}

unit::Scope scope_of(const Arguments& arguments) {
    return arguments.has(user_option.name) ? unit::Scope::user : unit::Scope::system;
}

namespace {

// Systems with a merged /usr know /usr/lib/systemd/system by this name as well, and Debian 12 tells
// it first. The order makes no difference there, but the generator's texts name the other one.
std::set<std::string> without_other_name(const unit::LoadPath& path) {
    std::set<std::string> directories(path.directories.begin(), path.directories.end());
    directories.erase("/lib/systemd/system");
    return directories;
}

void use_told(unit::LoadPath told, unit::LoadPath& path) {
    if (without_other_name(told) != without_other_name(path)) path = std::move(told);
}

}  // namespace

Result<Site> open_site(const Arguments& arguments) {
    auto site = open_site(arguments.value(root_option.name, "/"), scope_of(arguments));
    const bool files_only = arguments.has(root_option.name) || arguments.has(no_reload_option.name);
    if (!site || files_only || sd_booted() <= 0) return site;
    // The running manager may load units from other directories than the caller's environment says.
    if (auto manager = Manager::connect(scope_of(arguments)))
        if (const auto told = manager->unit_path(); told && !told->empty())
            use_told(unit::load_path(scope_of(arguments), *told), site->units);
    return site;
}

}  // namespace ringfence::cli
