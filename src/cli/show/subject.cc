// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/subject.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/site/target.h"
#include "policy/model/name.h"
#include "policy/model/path_text.h"
#include "unit/name_map.h"

namespace ringfence::cli {

bool SubjectFinder::is_policy(const std::string& name) {
    if (!names_) names_ = site_.policy_names();
    return std::find(names_->begin(), names_->end(), name) != names_->end();
}

Result<ShownSubject> SubjectFinder::find(const std::string& word) {
    using Kind = Operand::Kind;
    const Operand operand = read_operand(word);
    if (operand.kind == Kind::directory)
        return fail(operand.text, "is a directory", "name the policies in it");
    if (operand.is_file() || is_policy(word)) return find_policy(operand);
    if (operand.kind == Kind::unit || is_unit(word)) return find_unit(word);
    return find_policy(operand);
}

bool SubjectFinder::is_unit(const std::string& word) const {
    const auto name = service_name(word);
    return name && unit::NameMap::build(site_.root, site_.units).fragment(*name);
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

Result<ShownSubject> SubjectFinder::find_policy(const Operand& operand) {
    if (!operand.is_file())
        for (const policy::Name& name : policies_in(operand.text))
            if (!is_policy(name.name)) return fail(missing(name.name));
    auto policy = resolve_policy(site_, operand, DropIns::read);
    if (!policy) return tl::unexpected(std::move(policy.error()));
    return ShownSubject{std::move(policy->name), std::nullopt, std::move(policy->rules),
                        site_.units.scope};
}

Diagnostic SubjectFinder::no_fence(const unit::NameMap& map, const unit::ServiceName& name) const {
    const auto fragment = map.fragment(name);
    if (fragment)
        return {{*fragment, 0, 0},
                fmt::format("{} is not fenced", name.full),
                "it asks for no policy (X-LandlockPolicy=), is masked, or an empty "
                "~ringfence.conf of its own switches the fence off"};
    return no_such_unit(map, name,
                        "units that other generators or systemd-run(1) make are not seen here");
}

Result<ShownSubject> SubjectFinder::find_unit(const std::string& word) {
    const auto name = service_name(word);
    if (!name) return tl::unexpected(name.error());
    if (!plan_) plan_ = site_.plan();
    const unit::NameMap map = unit::NameMap::build(site_.root, site_.units);
    const auto id = unit::parse_service_name(map.id(*name));
    const dropin::PlannedFile* file = dropin::file_of(*plan_, id ? *id : *name);
    if (file == nullptr) return fail(no_fence(map, *name));
    ShownSubject subject{name->full, *file, std::nullopt, site_.units.scope};
    if (const dropin::Fenced* fenced = file->fenced()) subject.rules = fenced->source->enforced;
    return subject;
}

}  // namespace ringfence::cli
