// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status/evidence.h"

#include <map>
#include <set>

#include "base/overloaded.h"
#include "base/path.h"
#include "cli/site/config.h"
#include "cli/site/enable_files.h"
#include "cli/site/operand.h"
#include "cli/site/target.h"
#include "dropin/plan.h"
#include "dropin/stamp.h"
#include "dropin/static_dropin.h"
#include "dropin/wrapped_command.h"
#include "landlock/abi.h"

namespace ringfence::cli {

namespace {

using dropin::PlannedFile;
using unit::NameKind;
using unit::ServiceName;

using Due = decltype(FenceEvidence::due);

Due due_of(const PlannedFile& file) {
    using namespace dropin;
    return std::visit(
        Overloaded{[](const Fenced& fenced) -> Due {
                       return DueFence{fenced.policy, fenced.digest, fenced.file.text};
                   },
                   [](const Refused& refused) -> Due {
                       return NoStart{refused.unseen ? FenceState::hidden : FenceState::refused,
                                      refused.reasons};
                   },
                   [](const Masked& masked) -> Due {
                       return NoStart{FenceState::masked, masked.reasons};
                   },
                   [](const Open&) -> Due { return NoFence{}; }},
        file.decision);
}

// The fence that a drop-in of `ringfence enable --static` contains.
DueFence fence_in(const FenceEvidence& evidence) {
    DueFence fence;
    fence.text = evidence.on_disk.value_or("");
    const auto name = unit::parse_service_name(evidence.unit);
    if (!name) return fence;
    const auto file = unit::parse_unit_file(fence.text, evidence.dropin, *name);
    for (const unit::Assignment& line : file.assignments) {
        if (!line.commands) continue;
        for (const unit::Command& command : line.commands->commands)
            if (const auto wrapped = dropin::read_wrapped_command({RINGFENCE_WRAPPER}, command))
                fence.digest = wrapped->digest;
    }
    return fence;
}

class EvidenceCollector {
  public:
    explicit EvidenceCollector(const Workspace& workspace)
        : site_(workspace.site),
          // Only `mutable` members of the running system change when systemd is asked.
          system_(workspace.system ? &*workspace.system : nullptr),
          map_(unit::NameMap::build(site_.root, site_.units)),
          generated_(generator_directory(site_)) {}

    Result<std::vector<FenceEvidence>> collect(const std::vector<std::string>& operands) {
        plan_ = site_.plan();
        read_statics();
        read_stamp();
        std::vector<FenceEvidence> all;
        if (auto names = choose(operands); !names)
            return tl::unexpected(names.error());
        else
            for (const std::string& name : *names) {
                auto evidence = of_unit(name);
                if (!evidence) return tl::unexpected(evidence.error());
                const bool asked = !operands.empty();
                if (asked)
                    if (auto good = check_exists(*evidence); !good)
                        return tl::unexpected(good.error());
                if (asked || !is_missing(*evidence)) all.push_back(std::move(*evidence));
            }
        return all;
    }

  private:
    void read_statics() {
        for (const unit::DropinDirectory& directory : map_.dropin_directories()) {
            const auto entries = site_.root.list(directory.path);
            if (!entries || !unit::parse_service_name(directory.name)) continue;
            for (const DirectoryEntry& entry : *entries) {
                const unit::Dropin dropin = {directory.path + "/" + entry.name, directory.name};
                if (!entry.name.ends_with("ringfence.conf")) continue;
                const auto text = site_.root.read(dropin.path);
                if (text && dropin::is_static_dropin(dropin, *text))
                    statics_.emplace(directory.name, dropin.path);
            }
        }
    }

    void read_stamp() {
        const auto text = site_.root.read(generated_ + "/" + dropin::stamp_name);
        stamp_ = text.has_value();
        if (!text) return;
        const auto units = dropin::units_in_stamp(*text);
        stamped_.insert(units.begin(), units.end());
    }

    Result<std::set<std::string>> choose(const std::vector<std::string>& operands) {
        std::set<std::string> names;
        for (const std::string& operand : operands) {
            const auto name = service_name(operand);
            if (!name) return tl::unexpected(name.error());
            names.insert(map_.id(*name));
        }
        if (operands.empty()) {
            for (const PlannedFile& file : plan_.files)
                if (!file.is_open()) names.insert(file.unit);
            for (const auto& [name, path] : statics_)
                names.insert(name);
            for (const dropin::UnseenUnit& unit : plan_.unseen)
                if (unit.own_request) names.insert(unit.name);
            if (system_ != nullptr) names.insert(stamped_.begin(), stamped_.end());
        }
        return with_instances(names);
    }

    // Replaces each template by its loaded instances, whose state says more.
    Result<std::set<std::string>> with_instances(const std::set<std::string>& names) {
        std::set<std::string> all;
        for (const std::string& full : names) {
            const auto name = unit::parse_service_name(full);
            const bool generic = name && name->kind == NameKind::template_name;
            if (!generic || system_ == nullptr) {
                all.insert(full);
                continue;
            }
            const auto units = system_->loaded(*name);
            if (!units) return tl::unexpected(units.error());
            for (const LoadedUnit& unit : *units)
                all.insert(unit.id);
            if (units->empty()) all.insert(full);
        }
        return all;
    }

    // Whether the unit has drop-ins but no file of its own. Its package is then not installed.
    static bool is_missing(const FenceEvidence& evidence) {
        return evidence.loaded && evidence.loaded->load_state == "not-found" &&
               !evidence.loaded->runs();
    }

    // A name that neither files nor systemd know is a mistake. It must not be reported as a unit
    // without a fence.
    Result<void> check_exists(const FenceEvidence& evidence) const {
        const auto name = unit::parse_service_name(evidence.unit);
        const bool loaded = evidence.loaded && !is_missing(evidence);
        if (loaded || !std::holds_alternative<NoFence>(evidence.due) || !name ||
            map_.fragment(*name))
            return {};
        return fail(no_such_unit(map_, *name,
                                 system_ == nullptr
                                     ? "without the manager, units that other generators make are "
                                       "not seen here"
                                     : "systemctl list-unit-files --type=service lists those there "
                                       "are"));
    }

    const PlannedFile* planned(const ServiceName& name) const {
        const PlannedFile* file = dropin::file_of(plan_, name);
        return file == nullptr || file->is_open() ? nullptr : file;
    }

    // Of an instance: its own, or its template.
    const dropin::UnseenUnit* unseen_unit(const ServiceName& name) const {
        for (const std::string& full : {name.full, name.template_of()})
            for (const dropin::UnseenUnit& unit : plan_.unseen)
                if (unit.own_request && unit.name == full) return &unit;
        return nullptr;
    }

    Result<FenceEvidence> of_unit(const std::string& full) {
        FenceEvidence evidence;
        evidence.unit = full;
        evidence.scope = site_.units.scope;
        const auto name = unit::parse_service_name(full);
        if (!name) return evidence;
        if (system_ != nullptr && name->kind != NameKind::template_name) {
            auto units = system_->loaded(*name);
            if (!units) return tl::unexpected(units.error());
            evidence.loaded = std::move(units->front());
            LastStart start = system_->last_start(*evidence.loaded);
            evidence.proof = start.proof;
            evidence.recorded = std::move(start.digest);
            evidence.report = std::move(start.report);
            evidence.late_report = start.late_report;
            evidence.kernel_abi = landlock::probe().abi;
            evidence.expected_abi = site_.expected_abi();
            evidence.journal_complete = system_->must_have_report(*evidence.loaded);
        }
        const auto fixed = statics_.find(full);
        if (const PlannedFile* file = planned(*name))
            add_generated(evidence, *file);
        else if (fixed != statics_.end())
            add_static(evidence, fixed->second);
        else if (const dropin::UnseenUnit* unseen = unseen_unit(*name))
            evidence.due = UnseenRequest{unseen->why};
        add_foreign(evidence, *name);
        return evidence;
    }

    void add_generated(FenceEvidence& evidence, const PlannedFile& file) const {
        evidence.due = due_of(file);
        const dropin::DropinFile* dropin = file.dropin();
        if (dropin == nullptr) return;
        evidence.dropin = generated_ + "/" + dropin->path;
        if (system_ == nullptr) {  // of an image: what its generator will write
            evidence.on_disk = dropin->text;
            evidence.stamp = true;
            return;
        }
        evidence.stamp = stamp_;
        if (auto text = site_.root.read(evidence.dropin)) evidence.on_disk = std::move(*text);
    }

    // systemd tells which drop-ins it has. Without systemd, only those of generators are known.
    void add_foreign(FenceEvidence& evidence, const ServiceName& name) const {
        if (evidence.dropin.empty()) return;
        if (evidence.loaded) {
            evidence.foreign = dropin::foreign_dropins(site_.root, name, evidence.dropin,
                                                       evidence.loaded->dropins);
            // The generator read another file of the unit, which this one takes the place of. Its
            // own mask is none of these.
            const std::string& fragment = evidence.loaded->fragment;
            if (!evidence.is_static && evidence.loaded->load_state != "masked" &&
                unit::is_generator_directory(directory_of(fragment)))
                evidence.foreign.push_back({fragment, dropin::ForeignDropin::Effect::overridden});
        } else if (const PlannedFile* file = planned(name))
            evidence.foreign = dropin::foreign_dropins(site_.root, *file, directory_of(generated_));
    }

    void add_static(FenceEvidence& evidence, const std::string& path) const {
        evidence.is_static = true;
        evidence.dropin = path;
        if (auto text = site_.root.read(path)) evidence.on_disk = std::move(*text);
        Manager* manager = system_ == nullptr ? nullptr : &system_->manager;
        const auto target = TargetFinder(site_, manager).find(evidence.unit);
        if (target)
            evidence.due = due_static_fence(target->sources, evidence.unit);
        else if (system_ != nullptr)
            evidence.due = NoStart{FenceState::refused, target.error()};
        else  // only the manager knows what other generators make
            evidence.due = fence_in(evidence);
    }

    // The fence that ringfence enable --static would write now.
    Due due_static_fence(const unit::Sources& sources, const std::string& unit) const {
        const auto file =
            dropin::plan_unit(site_.root, sources, site_.policy_access(), site_.wrapper());
        // Nothing asks for the fence any more, so the drop-in is out of date whatever it contains.
        if (!file) return DueFence{};
        Due due = due_of(*file);
        if (auto* fence = std::get_if<DueFence>(&due))
            fence->text = static_text(fence->text, unit, site_.units.scope);
        return due;
    }

    const Site& site_;
    const RunningSystem* system_;
    unit::NameMap map_;
    std::string generated_;
    dropin::Plan plan_;
    std::map<std::string, std::string> statics_;
    std::set<std::string> stamped_;
    bool stamp_ = false;
};

}  // namespace

Result<std::vector<FenceEvidence>> collect_evidence(const Workspace& workspace,
                                                    const std::vector<std::string>& operands) {
    return EvidenceCollector(workspace).collect(operands);
}

}  // namespace ringfence::cli
