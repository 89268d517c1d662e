// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status_evidence.h"

#include <map>
#include <set>
#include <sstream>

#include "cli/config.h"
#include "cli/enable_files.h"
#include "cli/target.h"
#include "dropin/plan.h"

namespace ringfence::cli {

namespace {

using dropin::PlannedFile;
using unit::NameKind;
using unit::ServiceName;

constexpr char stamp_file[] = "/ringfence.stamp";

class Collector {
  public:
    explicit Collector(const Place& place)
        : site_(place.site),
          // Asking systemd changes nothing that is seen from here.
          scene_(place.scene ? &*place.scene : nullptr),
          map_(unit::NameMap::build(site_.root, site_.units)),
          generated_(generator_directory(site_)) {}

    Result<std::vector<Evidence>> collect(const std::vector<std::string>& operands) {
        plan_ = site_.plan();
        read_statics();
        read_stamp();
        std::vector<Evidence> all;
        if (auto names = choose(operands); !names)
            return tl::unexpected(names.error());
        else
            for (const std::string& name : *names) {
                auto evidence = of_unit(name);
                if (!evidence) return tl::unexpected(evidence.error());
                const bool asked = !operands.empty();
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

    // "fenced nginx.service nginx", a line each, behind a comment.
    void read_stamp() {
        const auto text = site_.root.read(generated_ + stamp_file);
        stamp_ = text.has_value();
        if (!text) return;
        std::istringstream lines(*text);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string outcome;
            std::string name;
            words >> outcome >> name;
            if (outcome != "#" && outcome != "open" && unit::parse_service_name(name))
                stamped_.insert(name);
        }
    }

    Result<std::set<std::string>> choose(const std::vector<std::string>& operands) {
        std::set<std::string> names;
        for (const std::string& operand : operands) {
            const auto name = parse_operand(operand);
            if (!name) return tl::unexpected(name.error());
            names.insert(map_.id(*name));
        }
        if (operands.empty()) {
            for (const PlannedFile& file : plan_.files)
                if (file.outcome != dropin::Outcome::nothing) names.insert(file.unit);
            for (const auto& [name, path] : statics_)
                names.insert(name);
            if (scene_ != nullptr) names.insert(stamped_.begin(), stamped_.end());
        }
        return with_instances(names);
    }

    // An instance says more than its template.
    Result<std::set<std::string>> with_instances(const std::set<std::string>& names) {
        std::set<std::string> all;
        for (const std::string& full : names) {
            const auto name = unit::parse_service_name(full);
            const bool generic = name && name->kind == NameKind::template_name;
            if (!generic || scene_ == nullptr) {
                all.insert(full);
                continue;
            }
            const auto units = scene_->loaded(*name);
            if (!units) return tl::unexpected(units.error());
            for (const LoadedUnit& unit : *units)
                all.insert(unit.id);
            if (units->empty()) all.insert(full);
        }
        return all;
    }

    // Its drop-ins are there, the unit is not: a package that is not installed.
    static bool is_missing(const Evidence& evidence) {
        return evidence.loaded && evidence.loaded->load_state == "not-found" &&
               !evidence.loaded->runs();
    }

    const PlannedFile* planned(const ServiceName& name) const {
        const PlannedFile* file = dropin::file_of(plan_, name);
        const bool open = file == nullptr || file->outcome == dropin::Outcome::nothing;
        return open ? nullptr : file;
    }

    Result<Evidence> of_unit(const std::string& full) {
        Evidence evidence;
        evidence.unit = full;
        const auto name = unit::parse_service_name(full);
        if (!name) return evidence;
        if (scene_ != nullptr && name->kind != NameKind::template_name) {
            auto units = scene_->loaded(*name);
            if (!units) return tl::unexpected(units.error());
            evidence.loaded = std::move(units->front());
            evidence.report = scene_->report(*evidence.loaded);
            evidence.journal_complete = scene_->must_have_report(*evidence.loaded);
        }
        const auto fixed = statics_.find(full);
        if (const PlannedFile* file = planned(*name))
            add_generated(evidence, *file);
        else if (fixed != statics_.end())
            add_static(evidence, fixed->second);
        return evidence;
    }

    void add_generated(Evidence& evidence, const PlannedFile& file) const {
        evidence.planned = file;
        evidence.hidden = file.unseen;
        evidence.dropin = generated_ + "/" + file.path;
        if (scene_ == nullptr) {  // of an image: what its generator will write
            evidence.on_disk = file.text;
            evidence.stamp = true;
            return;
        }
        evidence.stamp = stamp_;
        if (auto text = site_.root.read(evidence.dropin)) evidence.on_disk = std::move(*text);
    }

    void add_static(Evidence& evidence, const std::string& path) const {
        evidence.is_static = true;
        evidence.dropin = path;
        if (auto text = site_.root.read(path)) evidence.on_disk = std::move(*text);
        evidence.planned.emplace();
        Manager* manager = scene_ == nullptr ? nullptr : &scene_->manager;
        const auto target = TargetFinder(site_, manager).find(evidence.unit);
        if (!target) {
            evidence.planned->text = evidence.on_disk.value_or("");
            if (scene_ == nullptr) return;  // only the manager knows what other generators make
            evidence.planned->outcome = dropin::Outcome::refused;
            evidence.planned->reasons = target.error();
            return;
        }
        auto file = dropin::plan_unit(site_.root, target->sources, site_.policy_access(),
                                      {RINGFENCE_WRAPPER});
        if (!file) return;  // nothing asks for it any more: an empty text is not what is there
        if (file->outcome == dropin::Outcome::fenced)
            file->text = static_text(file->text, evidence.unit, site_.units.scope);
        evidence.planned = std::move(*file);
    }

    const Site& site_;
    const Scene* scene_;
    unit::NameMap map_;
    std::string generated_;
    dropin::Plan plan_;
    std::map<std::string, std::string> statics_;
    std::set<std::string> stamped_;
    bool stamp_ = false;
};

}  // namespace

Result<std::vector<Evidence>> collect_evidence(const Place& place,
                                               const std::vector<std::string>& operands) {
    return Collector(place).collect(operands);
}

}  // namespace ringfence::cli
