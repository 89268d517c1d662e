// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show_subject.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/name.h"
#include "policy/path_text.h"
#include "unit/name_map.h"

namespace ringfence::cli {

namespace {

constexpr std::string_view unit_suffix = ".service";

std::vector<policy::Name> names_in(const std::string& operand) {
    std::vector<policy::Name> names;
    for (std::size_t at = 0; at <= operand.size();) {
        const std::size_t end = std::min(operand.find('+', at), operand.size());
        names.push_back({operand.substr(at, end - at), false, {}});
        at = end + 1;
    }
    return names;
}

}  // namespace

bool SubjectFinder::is_policy(const std::string& name) {
    if (!names_) names_ = dropin::policy_names(site_.root, site_.policies);
    return std::find(names_->begin(), names_->end(), name) != names_->end();
}

Result<Subject> SubjectFinder::find(const std::string& operand) {
    const bool has_suffix = operand.size() > unit_suffix.size() && operand.ends_with(unit_suffix);
    if (has_suffix && !is_policy(operand)) return find_unit(operand);
    if (operand.find('+') == std::string::npos && !is_policy(operand)) {
        const std::string unit = operand + std::string(unit_suffix);
        const auto name = unit::parse_service_name(unit);
        const bool exists = name && unit::NameMap::build(site_.root, site_.units).fragment(*name);
        if (exists) return find_unit(unit);
    }
    return find_policy(operand);
}

Diagnostic SubjectFinder::missing(const std::string& name) const {
    const std::string wrong = policy::problem_with_name(name);
    if (!wrong.empty())
        return {{}, fmt::format("{} is no name of a policy: {}", policy::quote(name), wrong), ""};
    std::vector<std::string> candidates = *names_;
    for (const std::string& unit : unit::NameMap::build(site_.root, site_.units).all_names())
        candidates.push_back(unit);
    const std::string near = nearest(name, candidates);
    return {{},
            fmt::format("there is neither a policy nor a unit {} (policies are looked for in {})",
                        policy::quote(name), fmt::join(site_.policies, ", ")),
            near.empty() ? "" : fmt::format("did you mean {}?", near)};
}

Result<Subject> SubjectFinder::find_policy(const std::string& operand) {
    const auto names = names_in(operand);
    for (const policy::Name& name : names)
        if (!is_policy(name.name)) return fail(missing(name.name));
    auto rules = site_.resolve(names);
    if (!rules) return tl::unexpected(std::move(rules.error()));
    return Subject{operand, std::nullopt, std::move(*rules)};
}

Diagnostic SubjectFinder::no_fence(const unit::NameMap& map, const unit::ServiceName& name) const {
    const auto fragment = map.fragment(name);
    if (fragment)
        return {{*fragment, 0, 0},
                fmt::format("{} is not fenced", name.full),
                "it asks for no policy (X-LandlockPolicy=), is masked, or an empty "
                "zz-ringfence.conf of its own switches the fence off"};
    const std::string near = nearest(name.full, map.all_names());
    return {{},
            fmt::format("there is no unit {}", policy::quote(name.full)),
            near.empty() ? "units that other generators or systemd-run make are not seen here"
                         : fmt::format("did you mean {}?", near)};
}

Result<Subject> SubjectFinder::find_unit(const std::string& text) {
    const auto name = unit::parse_service_name(text);
    if (!name) return fail("", fmt::format("{} is no name of a service unit", policy::quote(text)));
    if (!plan_) plan_ = site_.plan();
    const unit::NameMap map = unit::NameMap::build(site_.root, site_.units);
    const auto id = unit::parse_service_name(map.id(*name));
    const dropin::PlannedFile* file = dropin::file_of(*plan_, id ? *id : *name);
    if (file == nullptr) return fail(no_fence(map, *name));
    return Subject{text, *file,
                   file->rules ? std::optional<policy::Rules>(*file->rules) : std::nullopt};
}

}  // namespace ringfence::cli
