// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/decider.h"

#include <algorithm>
#include <set>

#include "dropin/inherit.h"
#include "dropin/interpreter.h"
#include "unit/specifier.h"

namespace ringfence::dropin {

using State = unit::Sources::State;

namespace {

// A oneshot unit may have nothing but ExecStop=. Where it is not certain what systemd reads, a
// reset may not count, so there may be commands all the same.
bool may_have_commands(const unit::Unit& unit, const std::vector<std::string>& wrap) {
    const bool uncertain =
        std::any_of(unit.files.begin(), unit.files.end(),
                    [](const unit::UnitFile& file) { return file.uncertain_followed; });
    return uncertain || std::any_of(wrap.begin(), wrap.end(), [&](const std::string& key) {
               return !unit::list_setting(unit, {key}).empty();
           });
}

}  // namespace

PlannedFile Decider::refuse(const unit::Unit& unit, const Diagnostics& reasons,
                            const std::vector<std::string>& wrap) const {
    PlannedFile file;
    file.unit = unit.name.full;
    file.outcome = Outcome::refused;
    file.text = render_refusal(unit, reasons, wrap, wrapper_);
    file.reasons = reasons;
    return file;
}

std::optional<PlannedFile> Decider::decide(const unit::Unit& unit,
                                           const std::optional<Diagnostic>& uncertainty,
                                           Candidates& candidates) {
    const Attachment attachment = read_attachment(unit);
    std::optional<policy::Rules> written;
    auto file = judge(unit, attachment, uncertainty, candidates, written);
    if (file && detail_ == Detail::full)
        file->basis = std::make_shared<const Basis>(Basis{unit, attachment, std::move(written)});
    return file;
}

std::optional<PlannedFile> Decider::judge(const unit::Unit& unit, const Attachment& attachment,
                                          const std::optional<Diagnostic>& uncertainty,
                                          Candidates& candidates,
                                          std::optional<policy::Rules>& written) {
    if (!attachment.asks()) return std::nullopt;
    if (unit.state == State::missing || unit.transient) return refuse_unseen(unit, attachment);
    if (!attachment.problems.empty()) return refuse(unit, attachment.problems, attachment.wrap);
    if (auto open = refuse_open_names(unit, attachment, candidates)) return open;
    if (uncertainty) return refuse(unit, {*uncertainty}, attachment.wrap);
    if (!may_have_commands(unit, attachment.wrap)) return std::nullopt;
    return fence(unit, attachment, written);
}

std::optional<PlannedFile> Decider::fence(const unit::Unit& unit, const Attachment& attachment,
                                          std::optional<policy::Rules>& written) {
    auto rules = all_rules(attachment);
    if (!rules) return refuse(unit, rules.error(), attachment.wrap);
    if (!*rules) return std::nullopt;  // all of them optional, and none there
    if (!policies_.defaults) return refuse(unit, policies_.defaults.error(), attachment.wrap);
    if (detail_ == Detail::full) written = **rules;
    auto rendered =
        render_rules({unit, std::move(**rules), attachment.wrap, wrapper_,
                      interpreters(unit, attachment.wrap), policies_.defaults->reports});
    if (!rendered) return refuse(unit, rendered.error(), attachment.wrap);
    PlannedFile file;
    file.unit = unit.name.full;
    file.text = std::move(rendered->text);
    file.policy = rendered->rules.name;
    if (detail_ == Detail::full)
        file.rules = std::make_shared<const policy::Rules>(std::move(rendered->rules));
    return file;
}

// Another generator or systemd-run(1) makes it: its command line is not to be seen from here.
std::optional<PlannedFile> Decider::refuse_unseen(const unit::Unit& unit,
                                                  const Attachment& attachment) const {
    if (!attachment.own_request) return std::nullopt;
    const std::string where = unit.files.empty() ? "" : unit.files.back().path;
    PlannedFile file = refuse(
        unit,
        {{{where, 0, 0},
          unit.name.full + " asks for a fence, and has no unit file that a generator can see",
          "for a unit that another generator makes, use ringfence enable --static " +
              unit.name.full}},
        attachment.wrap);
    file.unseen = true;
    return file;
}

// A template whose policy's name has the instance in it: its instances are planned one by one, and
// this is for all others, which have no policy.
std::optional<PlannedFile> Decider::refuse_open_names(const unit::Unit& unit,
                                                      const Attachment& attachment,
                                                      Candidates& candidates) const {
    if (attachment.open_names.empty()) return std::nullopt;
    bool required = false;
    Location where;
    for (const OpenName& open : attachment.open_names) {
        for (const std::string& instance :
             instances_with_policy(open.written, unit.name, policies_.names))
            candidates.add_instance(unit.name, instance);
        if (!open.optional && !required) where = open.where;
        required |= !open.optional;
    }
    // What the template has on top of that, an instance has too; so each known one counts.
    candidates.add_wanted_instances(unit.name);
    if (!required) return std::nullopt;
    return refuse(unit,
                  {{where, "there is no policy for this instance",
                    "write one, or make the name optional with a leading \"-\""}},
                  attachment.wrap);
}

// Of the programs that can be looked at: not in another root, and without specifiers that only
// systemd knows.
std::vector<std::string> Decider::interpreters(const unit::Unit& unit,
                                               const std::vector<std::string>& wrap) {
    std::set<std::string> found;
    for (const char* key : {"RootDirectory", "RootImage"})
        if (unit::last_setting(unit, key) != nullptr) return {};
    for (const std::string& program : programs(unit, wrap)) {
        const auto path = unit::expand_specifiers(program, unit.name);
        if (!path) continue;
        const auto known = interpreters_.find(*path);
        const auto& list =
            known != interpreters_.end()
                ? known->second
                : interpreters_.emplace(*path, find_interpreters(root_, *path)).first->second;
        found.insert(list.begin(), list.end());
    }
    return {found.begin(), found.end()};
}

// The policies', and the unit's own on top of them.
Result<std::optional<policy::Rules>> Decider::all_rules(const Attachment& attachment) {
    std::optional<policy::Rules> rules;
    if (!attachment.policies.empty()) {
        auto resolved = resolve(attachment.policies);
        if (!resolved) return resolved;
        rules = std::move(*resolved);
    }
    if (!attachment.rules.any) return rules;
    auto with_own =
        rules ? add_inline_rules(attachment.rules, std::move(*rules))
              : make_rules(attachment.rules, policies_.defaults.value_or(policy::Defaults{}));
    if (!with_own) return tl::unexpected(with_own.error());
    return std::optional<policy::Rules>(std::move(*with_own));
}

// A policy that several units name is kept; most are for one unit, whose rules need no copy then.
Result<std::optional<policy::Rules>> Decider::resolve(const std::vector<policy::Name>& names) {
    std::string key;
    for (const policy::Name& name : names)
        key += (name.optional ? "-" : "") + name.name + " ";
    if (const auto known = resolved_.find(key); known != resolved_.end()) return known->second;
    auto rules = resolve_policies_(names);
    // A missing policy's message points at the unit's own line, so it is made anew for each.
    if (seen_.insert(key).second || !rules) return rules;
    constexpr std::size_t kept = 16;
    if (resolved_.size() >= kept) resolved_.clear();
    resolved_.emplace(key, *rules);
    return rules;
}

}  // namespace ringfence::dropin
