// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/decider.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dropin/inherit.h"
#include "dropin/own_writes.h"
#include "unit/specifier.h"

namespace ringfence::dropin {

using State = unit::Sources::State;

namespace {

// Whether the unit has commands to wrap. A oneshot unit may have ExecStop= only. When it is not
// certain which lines systemd reads, it may ignore a reset, so there may be commands.
bool may_have_commands(const unit::Unit& unit, const std::vector<std::string>& wrap) {
    const bool uncertain = std::any_of(
        unit.files.begin(), unit.files.end(),
        [](const unit::UnitFile& file) { return file.uncertain && file.uncertain->followed; });
    return uncertain || std::any_of(wrap.begin(), wrap.end(), [&](const std::string& key) {
               return !unit::command_lines(unit, key).empty();
           });
}

// The path of a drop-in for this unit alone that sorts behind all others. Nothing if there is none.
std::optional<std::string> dropin_path(const unit::Unit& unit) {
    if (is_prefix(unit.name)) return std::nullopt;
    std::vector<std::string> others;
    for (const unit::Dropin& dropin : unit.dropins)
        others.push_back(dropin.file_name());
    const auto name = last_file_name(others);
    return name ? std::optional(unit.name.full + ".d/" + *name) : std::nullopt;
}

PlannedFile make_file(const unit::Unit& unit, PlannedFile::Decision decision) {
    PlannedFile file{unit.name.full, std::move(decision)};
    if (unit.name.kind == unit::NameKind::instance)
        file.other_names.assign(std::next(unit.names.begin()), unit.names.end());
    return file;
}

// `reasons`: why the unit would have been refused; may be empty.
PlannedFile mask(const unit::Unit& unit, Diagnostics reasons) {
    reasons.push_back(
        {{unit.files.empty() ? "" : unit.files.front().path, 0, 0},
         "there is no path for a drop-in that is for this unit alone and sorts behind its others",
         "choose a unit name that does not end in \"-\", and shorter names for drop-ins"});
    return make_file(unit, Masked{std::move(reasons)});
}

}  // namespace

PlannedFile Decider::refuse(const unit::Unit& unit, Diagnostics reasons,
                            const std::vector<std::string>& wrap) const {
    auto path = dropin_path(unit);
    if (!path) return mask(unit, std::move(reasons));
    std::string text = render_refusal(unit, reasons, wrap, wrapper_);
    return make_file(unit, Refused{{std::move(*path), std::move(text)}, std::move(reasons)});
}

std::optional<PlannedFile> Decider::decide(const unit::Unit& unit,
                                           const std::optional<Diagnostic>& uncertainty,
                                           Candidates& candidates) {
    const Attachment attachment = read_attachment(unit);
    lost_.insert(lost_.end(), attachment.lost.begin(), attachment.lost.end());
    if (!attachment.asks()) return std::nullopt;
    if (unit.state == State::missing || unit.transient) return refuse_unseen(unit, attachment);
    if (!attachment.problems.empty()) return refuse(unit, attachment.problems, attachment.wrap);
    if (auto open = refuse_open_names(unit, attachment, candidates)) return open;
    if (uncertainty) return refuse(unit, {*uncertainty}, attachment.wrap);
    if (!may_have_commands(unit, attachment.wrap)) return refuse_idle(unit, attachment);
    return fence(unit, attachment);
}

std::optional<PlannedFile> Decider::fence(const unit::Unit& unit, const Attachment& attachment) {
    auto rules = all_rules(attachment);
    if (!rules) return refuse(unit, rules.error(), attachment.wrap);
    if (!*rules) return std::nullopt;  // all of the policies are optional, and none exists
    if (!policies_.defaults) return refuse(unit, policies_.defaults.error(), attachment.wrap);
    std::optional<policy::Rules> written;
    if (detail_ == Detail::full) written = **rules;
    const std::vector<std::string> found = interpreters(unit, attachment.wrap, **rules);
    auto rendered = render_rules({unit, std::move(**rules), attachment.wrap, wrapper_, found,
                                  policies_.defaults->reports, &system_paths_});
    if (!rendered) return refuse(unit, rendered.error(), attachment.wrap);
    auto path = dropin_path(unit);
    if (!path) return mask(unit, {});
    Fenced fenced{{std::move(*path), std::move(rendered->text)},
                  rendered->rules.name,
                  rendered->rules.digest,
                  nullptr};
    if (written)
        fenced.source = std::make_shared<const FenceSource>(
            FenceSource{unit, attachment, std::move(*written), std::move(rendered->rules)});
    return make_file(unit, std::move(fenced));
}

// Another generator or systemd-run(1) makes the unit, so a generator cannot read its commands.
std::optional<PlannedFile> Decider::refuse_unseen(const unit::Unit& unit,
                                                  const Attachment& attachment) const {
    if (!attachment.own_request) return std::nullopt;
    const std::string where = unit.files.empty() ? "" : unit.files.back().path;
    PlannedFile file = refuse(
        unit,
        {{{where, 0, 0},
          unit.name.full + " asks for a fence, but has no unit file that a generator can see",
          "for a unit that another generator makes, use ringfence enable --static " +
              unit.name.full}},
        attachment.wrap);
    if (auto* refused = std::get_if<Refused>(&file.decision)) refused->unseen = true;
    return file;
}

// A unit without commands for the fence, for example with ExecStop= alone. A request for many
// units, as in service.d, is not meant for it. Its own request would have no effect, and nobody
// would notice.
std::optional<PlannedFile> Decider::refuse_idle(const unit::Unit& unit,
                                                const Attachment& attachment) const {
    if (!attachment.own_request) return std::nullopt;
    const std::string where = unit.files.empty() ? "" : unit.files.front().path;
    return refuse(
        unit,
        {{{where, 0, 0},
          fmt::format("{} asks for a fence, but has no command of {}= to fence", unit.name.full,
                      fmt::join(attachment.wrap, "=, ")),
          "name the settings of its commands in X-LandlockWrap=, or take the request out"}},
        attachment.wrap);
}

// Of a template whose policy depends on the instance. The instances that have a policy become
// candidates. The decision that is made here is for the others.
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
    // The template may name further policies, which all instances get. So all known instances are
    // candidates, too.
    candidates.add_wanted_instances(unit.name);
    if (!required) return std::nullopt;
    return refuse(unit,
                  {{where, "there is no policy for this instance",
                    "write one, or make the name optional with a leading \"-\""}},
                  attachment.wrap);
}

// The interpreters of the unit's programs. A program cannot be examined if it is in another root,
// or if its path has a specifier that only systemd can expand.
//
// The chain ends at a file that the fence lets the service change: what such a file names would
// become a rule, so the service would choose a rule of its next start.
std::vector<std::string> Decider::interpreters(const unit::Unit& unit,
                                               const std::vector<std::string>& wrap,
                                               const policy::Rules& rules) {
    if (!rules.inherit) return {};
    std::set<std::string> found;
    for (const char* key : {"RootDirectory", "RootImage"})
        if (unit::last_setting(unit, key) != nullptr) return {};
    const std::vector<policy::PathRule> inherited = inherited_rules(unit);
    const OwnWrites writes(links_, unit, wrapper_.scope, rules, inherited);
    for (const std::string& program : programs(unit, wrap)) {
        const auto path = unit::expand_specifiers(program, unit.name);
        if (!path) continue;
        const std::vector<ProgramFile>& files = program_files(*path);
        for (std::size_t i = 0; i < files.size() && !writes.grant(files[i].crossed); ++i)
            if (i > 0) found.insert(files[i].path);
    }
    return {found.begin(), found.end()};
}

const std::vector<ProgramFile>& Decider::program_files(const std::string& program) {
    const auto known = program_files_.find(program);
    if (known != program_files_.end()) return known->second;
    return program_files_.emplace(program, find_program_files(links_, program)).first->second;
}

// The rules of the policies and of the unit's own settings.
Result<std::optional<policy::Rules>> Decider::all_rules(const Attachment& attachment) {
    std::optional<policy::Rules> rules;
    if (!attachment.policies.empty()) {
        auto resolved = resolve(attachment.policies);
        if (!resolved) return resolved;
        rules = std::move(*resolved);
    }
    if (!attachment.rules) return rules;
    auto with_own =
        rules ? add_inline_rules(*attachment.rules, std::move(*rules))
              : make_rules(*attachment.rules, policies_.defaults.value_or(policy::Defaults{}));
    if (!with_own) return tl::unexpected(with_own.error());
    return std::optional<policy::Rules>(std::move(*with_own));
}

// Keeps the rules of policies that several units name. Most policies are for one unit, and their
// rules are not copied.
Result<std::optional<policy::Rules>> Decider::resolve(const std::vector<policy::Name>& names) {
    std::string key;
    for (const policy::Name& name : names)
        key += (name.optional ? "-" : "") + name.name + " ";
    if (const auto known = resolved_.find(key); known != resolved_.end()) return known->second;
    auto rules = resolve_policies_(names);
    // An error is not kept, because the message about a missing policy points at a line of the
    // unit.
    if (seen_.insert(key).second || !rules) return rules;
    constexpr std::size_t kept = 16;
    if (resolved_.size() >= kept) resolved_.clear();
    resolved_.emplace(key, *rules);
    return rules;
}

}  // namespace ringfence::dropin
