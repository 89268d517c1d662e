// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/resolve.h"

#include <algorithm>

#include "policy/resolve/combine.h"
#include "policy/resolve/load.h"

namespace ringfence::policy {

namespace {

/// Each name once. It is optional only if it is optional each time.
std::vector<Name> distinct(const std::vector<Name>& names) {
    std::vector<Name> once;
    for (const Name& name : names) {
        const auto same = std::find_if(once.begin(), once.end(),
                                       [&](const Name& other) { return other.name == name.name; });
        if (same == once.end())
            once.push_back(name);
        else if (same->optional)
            *same = name;
    }
    return once;
}

}  // namespace

Resolver::Resolver(const Root& root, const SearchPath& path, Defaults defaults)
    : loader_(std::make_unique<PolicyLoader>(root, path, defaults.architecture)),
      defaults_(std::move(defaults)) {}

Resolver::~Resolver() = default;

Result<std::optional<Rules>> Resolver::resolve(const std::vector<Name>& names) {
    auto policies = loader_->load(distinct(names));
    if (!policies) return tl::unexpected(std::move(policies.error()));
    if (policies->empty()) return std::nullopt;
    return combine(std::move(*policies), defaults_);
}

Result<std::optional<Rules>> resolve(const Root& root, const SearchPath& path,
                                     const std::vector<Name>& names, const Defaults& defaults) {
    return Resolver(root, path, defaults).resolve(names);
}

Result<Rules> resolve_text(const Root& root, const SearchPath& path, const std::string& name,
                           const std::string& file, const std::string& text,
                           const Defaults& defaults) {
    auto policy = PolicyLoader(root, path, defaults.architecture).load_text({file, text}, name);
    if (!policy) return tl::unexpected(std::move(policy.error()));
    std::vector<LoadedPolicy> policies;
    policies.push_back(std::move(*policy));
    return combine(std::move(policies), defaults);
}

}  // namespace ringfence::policy
