// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/load.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/interop/parse_policy.h"
#include "policy/language/check_abi.h"
#include "policy/language/problems.h"
#include "policy/model/name.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

Result<std::vector<LoadedPolicy>> PolicyLoader::load(const std::vector<Name>& names) {
    start_anew();
    std::vector<LoadedPolicy> policies;
    for (const Name& name : names)
        if (auto policy = find(name)) policies.push_back(std::move(*policy));
    check_abis(policies);
    if (!problems_.empty()) return tl::unexpected(problems_);
    return policies;
}

Result<LoadedPolicy> PolicyLoader::load_text(const FoundFile& file, const std::string& name) {
    start_anew();
    std::vector<LoadedPolicy> policies;
    if (auto policy = parse(file, Role::policy)) {
        take_elsewhere_out(*policy, architecture_);
        policies.push_back(finish({std::move(*policy), {}}, name));
    }
    check_abis(policies);
    if (!problems_.empty()) return tl::unexpected(problems_);
    return std::move(policies.front());
}

/// Abstractions are kept, unless there were problems. Those may be problems of the abstractions,
/// and then the next policy that extends them must report them, too.
void PolicyLoader::start_anew() {
    if (!problems_.empty()) {
        abstractions_.clear();
        extended_.clear();
    }
    problems_.clear();
    used_.clear();
}

void PolicyLoader::add(const Diagnostics& more) {
    problems_.insert(problems_.end(), more.begin(), more.end());
}

std::optional<LoadedPolicy> PolicyLoader::find(const Name& name) {
    if (const std::string wrong = problem_with_name(name.name); !wrong.empty()) {
        problems_.push_back({name.where,
                             fmt::format("{} is no name of a policy: {}", quote(name.name), wrong),
                             ""});
        return std::nullopt;
    }
    const auto file = search_.find("", name.name);
    if (!file) {
        add(file.error());
        return std::nullopt;
    }
    if (!*file || (*file)->masked) {
        missing_policy(name, *file);
        return std::nullopt;
    }
    auto files = read(**file, "", name.name, Role::policy);
    if (!files) return std::nullopt;
    return finish(std::move(*files), name.name);
}

LoadedPolicy PolicyLoader::finish(PolicyFiles files, const std::string& name) {
    chain_ = {name};
    MergedRules rules = merge_files(files);
    return {name, std::move(files.main), std::move(files.drop_ins), std::move(rules)};
}

std::optional<Policy> PolicyLoader::parse(const FoundFile& file, Role role) {
    auto policy = parse_policy(file.text, file.path, role);
    if (policy) return std::move(*policy);
    add(policy.error());
    return std::nullopt;
}

std::optional<PolicyLoader::PolicyFiles> PolicyLoader::read(const FoundFile& main,
                                                            std::string_view folder,
                                                            const std::string& name, Role role) {
    auto policy = parse(main, role);
    auto drop_ins = search_.drop_ins(folder, name);
    if (!drop_ins) {
        add(drop_ins.error());
        return std::nullopt;
    }
    if (drop_ins->size() > most_drop_ins) {
        problems_.push_back({{main.path, 0, 0},
                             fmt::format("{} drop-ins change {}, and at most {} may",
                                         drop_ins->size(), quote(name), most_drop_ins),
                             "put their rules into fewer files"});
        return std::nullopt;
    }
    std::vector<Policy> parsed;
    for (const FoundFile& file : *drop_ins) {
        auto drop_in = parse(file, Role::drop_in);
        if (drop_in && policy && policy->abi) add(check_abi(*drop_in, policy->abi->value));
        if (drop_in) parsed.push_back(std::move(*drop_in));
    }
    if (!policy || parsed.size() != drop_ins->size()) return std::nullopt;
    take_elsewhere_out(*policy, architecture_);
    for (Policy& drop_in : parsed)
        take_elsewhere_out(drop_in, architecture_);
    return PolicyFiles{std::move(*policy), std::move(parsed)};
}

MergedRules PolicyLoader::merge_files(const PolicyFiles& files) {
    const SharedText name = chain_.back();
    MergedRules rules;
    rules.sources.push_back({files.main.file, name, false});
    for (const Policy& drop_in : files.drop_ins)
        rules.sources.push_back({drop_in.file, name, true});
    add_extended(rules, files.main);
    merge(rules, rules_of(files.main, name));
    for (const Policy& drop_in : files.drop_ins) {
        remove(rules, drop_in.rules, name, problems_);
        add_extended(rules, drop_in);
        merge(rules, rules_of(drop_in, name));
    }
    return rules;
}

void PolicyLoader::add_extended(MergedRules& rules, const Policy& policy) {
    if (policy.extends.empty()) return;
    Extended extended = merge_extended(policy.extends);
    used_.insert(extended.with.begin(), extended.with.end());
    prefix_origins(extended.rules, chain_.back() + " > ");
    merge(rules, std::move(extended.rules));
}

// Many policies extend the same abstractions, so the rules of an `extends` are merged once for all
// policies that have the same one.
PolicyLoader::Extended PolicyLoader::merge_extended(
    const std::vector<Located<std::string>>& names) {
    std::string key;
    for (const auto& name : names)
        key += name.value + "\n";
    const bool of_policy = chain_.size() == 1;  // an abstraction's is needed once only
    if (const auto known = extended_.find(key); of_policy && known != extended_.end())
        return known->second;
    const std::size_t problems_before = problems_.size();
    Extended extended;
    for (const auto& name : names)
        extend(extended, name);
    if (!of_policy || problems_.size() != problems_before) return extended;
    constexpr std::size_t kept = 16;
    if (extended_.size() >= kept) extended_.clear();
    extended_.emplace(key, extended);
    return extended;
}

void PolicyLoader::extend(Extended& extended, const Located<std::string>& name) {
    // The first name of the chain is the policy's. An abstraction may have the same name.
    if (std::find(chain_.begin() + 1, chain_.end(), name.value) != chain_.end()) {
        problems_.push_back({name.where,
                             fmt::format("abstractions extend each other in a circle: {} > {}",
                                         fmt::join(chain_, " > "), name.value),
                             "take one of them out of its `extends`"});
        return;
    }
    if (chain_.size() > deepest_extends) return extends_too_deep(name);
    const bool known = abstractions_.count(name.value) != 0;
    const Abstraction& found = abstraction(name);
    if (known && chain_.size() + found.depth - 1 > deepest_extends) return extends_too_deep(name);
    extended.with.insert(found.with.begin(), found.with.end());
    merge(extended.rules, found.rules);
}

// Each abstraction is read and merged once, however many policies extend it: the chains of its
// origins begin with its own name, and each policy puts its own name before them.
const PolicyLoader::Abstraction& PolicyLoader::abstraction(const Located<std::string>& name) {
    if (const auto known = abstractions_.find(name.value); known != abstractions_.end())
        return known->second;
    Abstraction result = read_abstraction(name);
    result.with.insert(name.value);
    return abstractions_.insert_or_assign(name.value, std::move(result)).first->second;
}

PolicyLoader::Abstraction PolicyLoader::read_abstraction(const Located<std::string>& name) {
    Abstraction result;
    const auto file = search_.find(abstraction_folder, name.value);
    if (!file)
        add(file.error());
    else if (!*file)
        missing_abstraction(name);
    else if (!(*file)->masked) {
        const auto files = read(**file, abstraction_folder, name.value, Role::abstraction);
        chain_.push_back(name.value);
        if (files) {
            result.abi = files->main.abi;
            result.rules = merge_files(*files);
            add_extends_of(files->main, result);
            for (const Policy& drop_in : files->drop_ins)
                add_extends_of(drop_in, result);
        }
        chain_.pop_back();
    }
    return result;
}

void PolicyLoader::add_extends_of(const Policy& policy, Abstraction& abstraction) const {
    for (const auto& name : policy.extends) {
        const auto known = abstractions_.find(name.value);
        if (known == abstractions_.end()) continue;
        const Abstraction& other = known->second;
        abstraction.with.insert(other.with.begin(), other.with.end());
        abstraction.depth = std::max(abstraction.depth, other.depth + 1);
    }
}

/// Checks that no policy and no abstraction is written for an older ABI than the first policy.
void PolicyLoader::check_abis(const std::vector<LoadedPolicy>& policies) {
    if (policies.empty()) return;
    const std::string& first = policies.front().name;
    const int abi = policies.front().policy.abi->value;
    constexpr char hint[] =
        "it would lack rules for the newer rights: review it and raise its `abi`";
    for (const auto& [name, entry] : abstractions_)
        if (used_.count(name) != 0 && entry.abi && entry.abi->value < abi)
            problems_.push_back(
                {entry.abi->where,
                 fmt::format("abstraction {} is written for abi = {}, older than the abi = {} of "
                             "policy {}",
                             quote(name), entry.abi->value, abi, quote(first)),
                 hint});
    for (const LoadedPolicy& further : policies)
        if (further.policy.abi->value < abi)
            problems_.push_back(
                {further.policy.abi->where,
                 fmt::format("policy {} is written for abi = {}, older than the abi = {} of policy "
                             "{}, which the unit names first",
                             quote(further.name), further.policy.abi->value, abi, quote(first)),
                 hint});
}

void PolicyLoader::extends_too_deep(const Located<std::string>& name) {
    problems_.push_back({name.where,
                         fmt::format("abstractions extend each other more than {} deep: {} > {}",
                                     deepest_extends, fmt::join(chain_, " > "), name.value),
                         "let the policy extend them itself"});
}

void PolicyLoader::missing_abstraction(const Located<std::string>& name) {
    if (problems_.size() >= most_problems) return;
    const auto names = search_.names(abstraction_folder);
    const std::string near = nearest(name.value, names);
    const bool suffix = name.value.ends_with(".toml");
    const std::string hint = suffix          ? std::string("names are written without .toml")
                             : !near.empty() ? fmt::format("did you mean `{}`?", near)
                             : names.empty() ? std::string()
                                             : fmt::format("there are {}", fmt::join(names, ", "));
    problems_.push_back(
        {name.where,
         fmt::format("there is no abstraction {} (looked for abstractions/{}.toml in {})",
                     quote(name.value), name.value, search_.directories()),
         hint});
}

void PolicyLoader::missing_policy(const Name& name, const std::optional<FoundFile>& masked) {
    if (name.optional) return;
    if (masked) {
        problems_.push_back({name.where,
                             fmt::format("policy {} is masked: {} is a link to /dev/null",
                                         quote(name.name), masked->path),
                             "remove the link, or the policy's name here"});
        return;
    }
    const std::string near = nearest(name.name, search_.names(""));
    problems_.push_back({name.where,
                         fmt::format("there is no policy {} (looked for {}.toml in {})",
                                     quote(name.name), name.name, search_.directories()),
                         near.empty() ? fmt::format("write \"-{}\" if there may be none", name.name)
                                      : fmt::format("did you mean `{}`?", near)});
}

}  // namespace ringfence::policy
