// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/load.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/name.h"
#include "policy/path_text.h"

namespace ringfence::policy {

void Loader::add(const Diagnostics& more) {
    problems.insert(problems.end(), more.begin(), more.end());
}

std::optional<Policy> Loader::parse(const SourceFile& file, Role role) {
    auto policy = parse_policy(file.text, file.path, role);
    if (policy) return std::move(*policy);
    add(policy.error());
    return std::nullopt;
}

std::optional<Loader::Files> Loader::read(const SourceFile& main, std::string_view folder,
                                          const std::string& name, Role role) {
    auto policy = parse(main, role);
    auto drop_ins = search_.drop_ins(folder, name);
    if (!drop_ins) {
        add(drop_ins.error());
        return std::nullopt;
    }
    std::vector<Policy> parsed;
    for (const SourceFile& file : *drop_ins) {
        auto drop_in = parse(file, Role::drop_in);
        if (drop_in && policy && policy->abi) add(check_abi(*drop_in, policy->abi->value));
        if (drop_in) parsed.push_back(std::move(*drop_in));
    }
    if (!policy || parsed.size() != drop_ins->size()) return std::nullopt;
    return Files{std::move(*policy), std::move(parsed)};
}

Body Loader::gather(const Files& files) {
    const SharedText name = chain_.back();
    Body body;
    body.sources.push_back({files.main.file, name, false});
    for (const Policy& drop_in : files.drop_ins)
        body.sources.push_back({drop_in.file, name, true});
    gather_extended(body, files.main);
    merge(body, body_of(files.main, name));
    for (const Policy& drop_in : files.drop_ins) {
        remove(body, drop_in.rules, name, problems);
        gather_extended(body, drop_in);
        merge(body, body_of(drop_in, name));
    }
    return body;
}

void Loader::gather_extended(Body& body, const Policy& policy) {
    if (policy.extends.empty()) return;
    Extended extended = merge_extended(policy.extends);
    used_.insert(extended.with.begin(), extended.with.end());
    prefix_origins(extended.body, chain_.back() + " > ");
    merge(body, std::move(extended.body));
}

// Most policies extend the same few abstractions, so those of a list are merged once.
Loader::Extended Loader::merge_extended(const std::vector<Located<std::string>>& names) {
    std::string key;
    for (const auto& name : names)
        key += name.value + "\n";
    const bool of_policy = chain_.size() == 1;  // an abstraction is read once
    if (const auto known = extended_.find(key); of_policy && known != extended_.end())
        return known->second;
    const std::size_t problems_before = problems.size();
    Extended extended;
    for (const auto& name : names)
        extend(extended, name);
    if (!of_policy || problems.size() != problems_before) return extended;
    constexpr std::size_t kept = 16;
    if (extended_.size() >= kept) extended_.clear();
    extended_.emplace(key, extended);
    return extended;
}

void Loader::extend(Extended& extended, const Located<std::string>& name) {
    // The first of the chain is the policy; abstractions have names of their own.
    if (std::find(chain_.begin() + 1, chain_.end(), name.value) != chain_.end()) {
        problems.push_back({name.where,
                            fmt::format("abstractions extend each other in a circle: {} > {}",
                                        fmt::join(chain_, " > "), name.value),
                            "take one of them out of its `extends`"});
        return;
    }
    if (chain_.size() > deepest_extends) return report_depth(name);
    const bool known = abstractions_.count(name.value) != 0;
    const Abstraction& found = abstraction(name);
    if (known && chain_.size() + found.depth - 1 > deepest_extends) return report_depth(name);
    extended.with.insert(found.with.begin(), found.with.end());
    merge(extended.body, found.body);
}

void Loader::report_depth(const Located<std::string>& name) {
    problems.push_back({name.where,
                        fmt::format("abstractions extend each other more than {} deep: {} > {}",
                                    deepest_extends, fmt::join(chain_, " > "), name.value),
                        "let the policy extend them itself"});
}

// Each abstraction is read and merged once, however many extend it: a body's chains begin with its
// own name, and who extends it puts his own before it.
const Loader::Abstraction& Loader::abstraction(const Located<std::string>& name) {
    if (const auto known = abstractions_.find(name.value); known != abstractions_.end())
        return known->second;
    Abstraction result = read_abstraction(name);
    result.with.insert(name.value);
    return abstractions_.insert_or_assign(name.value, std::move(result)).first->second;
}

Loader::Abstraction Loader::read_abstraction(const Located<std::string>& name) {
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
            result.body = gather(*files);
            extends_of(files->main, result);
            for (const Policy& drop_in : files->drop_ins)
                extends_of(drop_in, result);
        }
        chain_.pop_back();
    }
    return result;
}

void Loader::extends_of(const Policy& policy, Abstraction& abstraction) const {
    for (const auto& name : policy.extends) {
        const auto known = abstractions_.find(name.value);
        if (known == abstractions_.end()) continue;
        const Abstraction& other = known->second;
        abstraction.with.insert(other.with.begin(), other.with.end());
        abstraction.depth = std::max(abstraction.depth, other.depth + 1);
    }
}

void Loader::start_anew() {
    if (!problems.empty()) {
        abstractions_.clear();
        extended_.clear();
    }
    problems.clear();
    used_.clear();
}

void Loader::missing_abstraction(const Located<std::string>& name) {
    if (problems.size() >= most_problems) return;
    const auto names = search_.names(abstraction_folder);
    const std::string near = nearest(name.value, names);
    const bool suffix = name.value.ends_with(".toml");
    const std::string hint = suffix          ? std::string("names are written without .toml")
                             : !near.empty() ? fmt::format("did you mean `{}`?", near)
                             : names.empty() ? std::string()
                                             : fmt::format("there are {}", fmt::join(names, ", "));
    problems.push_back(
        {name.where,
         fmt::format("there is no abstraction {} (looked for abstractions/{}.toml in {})",
                     quote(name.value), name.value, search_.directories()),
         hint});
}

void Loader::missing_policy(const Name& name, const std::optional<SourceFile>& masked) {
    if (name.optional) return;
    if (masked) {
        problems.push_back({name.where,
                            fmt::format("policy {} is masked: {} is a link to /dev/null",
                                        quote(name.name), masked->path),
                            "remove the link, or the policy's name here"});
        return;
    }
    const std::string near = nearest(name.name, search_.names(""));
    problems.push_back({name.where,
                        fmt::format("there is no policy {} (looked for {}.toml in {})",
                                    quote(name.name), name.name, search_.directories()),
                        near.empty() ? fmt::format("write \"-{}\" if there may be none", name.name)
                                     : fmt::format("did you mean `{}`?", near)});
}

std::optional<Loaded> Loader::load(const Name& name) {
    if (const std::string wrong = problem_with_name(name.name); !wrong.empty()) {
        problems.push_back({name.where,
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

std::optional<Loaded> Loader::load_text(const SourceFile& file, const std::string& name) {
    auto policy = parse(file, Role::policy);
    if (!policy) return std::nullopt;
    return finish({std::move(*policy), {}}, name);
}

Loaded Loader::finish(Files files, const std::string& name) {
    chain_ = {name};
    Body body = gather(files);
    return {name, std::move(files.main), std::move(body), std::move(files.drop_ins)};
}

void Loader::check_abstractions(int abi, const std::string& name) {
    for (const auto& [abstraction, entry] : abstractions_)
        if (used_.count(abstraction) != 0 && entry.abi && entry.abi->value < abi)
            problems.push_back(
                {entry.abi->where,
                 fmt::format("abstraction {} is written for abi = {}, older than the abi = {} of "
                             "policy {}",
                             quote(abstraction), entry.abi->value, abi, quote(name)),
                 "it would lack rules for the newer rights: review it and raise its `abi`"});
}

}  // namespace ringfence::policy
