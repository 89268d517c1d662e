// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site.h"

#include <cstdlib>

#include "cli/config.h"

namespace ringfence::cli {

namespace {

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Result<std::optional<policy::Rules>> Site::resolve(const std::vector<policy::Name>& names) const {
    auto rules = policy::resolve(root, policies, names, defaults.value_or(policy::Defaults{}));
    if (rules && *rules && !defaults) return tl::unexpected(defaults.error());
    return rules;
}

dropin::Policies Site::policy_access() const {
    const auto resolver = [this] {
        return policy::make_resolver(root, policies, defaults.value_or(policy::Defaults{}));
    };
    return {resolver, dropin::policy_names(root, policies), defaults};
}

dropin::Plan Site::plan() const {
    return dropin::make_plan(root, units, policy_access(), {RINGFENCE_WRAPPER});
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

}  // namespace ringfence::cli
