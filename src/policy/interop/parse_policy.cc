// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/parse_policy.h"

#include <fmt/format.h>

#include "policy/interop/landlockconfig.h"
#include "policy/language/document.h"
#include "policy/language/json.h"
#include "policy/language/parse.h"

namespace ringfence::policy {

namespace {

/// A landlockconfig file as a policy.
Result<Policy> parse_foreign(const Result<LandlockConfig>& config, Role role) {
    if (!config) return tl::unexpected(config.error());
    if (role != Role::policy)
        return fail({{config->file, 1, 1},
                     fmt::format("a landlockconfig file has no place as {}",
                                 role == Role::drop_in ? "a drop-in" : "an abstraction"),
                     "it stands for a whole policy: `ringfence import` translates it"});
    auto made = to_policy(*config, Unsayable::refuse);
    if (!made) return tl::unexpected(made.error());
    return std::move(made->policy);
}

}  // namespace

Result<Policy> parse_policy(std::string_view text, const SharedText& file, Role role) {
    if (looks_like_json(text)) return parse_foreign(parse_landlockconfig(text, file), role);
    const auto root = parse_toml(text, file);
    if (!root) return tl::unexpected(root.error());
    if (is_landlockconfig(*root))
        return parse_foreign(read_landlockconfig(*root, file, Spelling::toml), role);
    return read_policy(*root, file, role);
}

}  // namespace ringfence::policy
