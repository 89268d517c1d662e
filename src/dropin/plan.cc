// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/plan.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/path.h"
#include "dropin/attachment.h"
#include "dropin/candidates.h"
#include "dropin/decider.h"
#include "dropin/lost_requests.h"
#include "dropin/own_keys.h"
#include "dropin/static_dropin.h"
#include "dropin/unseen_units.h"

namespace ringfence::dropin {

namespace {

using unit::NameKind;
using unit::ServiceName;
using State = unit::Sources::State;

// Plans units for one thread. It keeps the files that it reads, so each thread has its own.
class Planner {
  public:
    Planner(const Root& root, const unit::NameMap& map, const Policies& policies,
            const Wrapper& wrapper, Detail detail, Candidates& candidates)
        : candidates_(candidates),
          wrapper_(wrapper),
          decider_(root, policies, wrapper, detail),
          loader_(root, map) {}

    void plan_unit(const ServiceName& name) {
        const Loaded loaded = load(name);
        if (loaded.unit) decide(name, *loaded.unit);
    }

    // Plans a unit without knowing the other names that may lead to it.
    void plan_alone(const unit::Unit& unit) {
        if (auto file = decider_.decide(unit, std::nullopt, candidates_))
            add_decided(unit, std::move(*file));
    }

    void plan_instance(const ServiceName& name) {
        Loaded loaded = load(name);
        // An alias of the template may lead past the mask. It is planned as a candidate of its own.
        if (loaded.is_masked) return;
        if (loaded.unit) decide(name, *loaded.unit);
        unit::Unit bare;
        bare.name = name;
        bare.names = std::move(loaded.names);
        instances_.push_back(loaded.unit ? std::move(*loaded.unit) : std::move(bare));
    }

    // Call this when all instances are planned. systemd applies the drop-ins of all names of a
    // unit: those of its template, and those of aliases by which it would load another unit.
    void keep_instances_apart() {
        for (const unit::Unit& unit : instances_)
            for (const std::string& full : unit.names) {
                const auto name = unit::parse_service_name(full);
                if (!name) continue;
                if (full != unit.names.front()) keep_out(full, unit);
                keep_out(name->template_of(), unit);
            }
    }

    Plan take() {
        plan_.lost = decider_.take_lost();
        return std::move(plan_);
    }

  private:
    struct Loaded {
        std::vector<std::string> names;
        bool is_masked = false;
        std::optional<unit::Unit> unit;  ///< nothing if there is nothing to plan
    };

    void decide(const ServiceName& name, const unit::Unit& unit) {
        if (auto file = decider_.decide(unit, loader_.uncertainty(name), candidates_))
            add_decided(unit, std::move(*file));
    }

    // A file in the directory of the unit's Id takes the place of files with the same name in the
    // directories of its other names.
    void keep_out(const std::string& other, const unit::Unit& unit) {
        const auto fences = fences_.find(other);
        if (fences == fences_.end()) return;
        for (const std::string& file_name : fences->second) {
            const std::string& id = unit.names.front();
            add({id,
                 Open{{fmt::format("{}.d/{}", id, file_name),
                       render_nothing(unit, fmt::format("The fence of {} is not for this instance.",
                                                        other))}}});
        }
    }

    Loaded load(const ServiceName& name) {
        auto sources = loader_.read(name);
        if (!sources) {
            // systemd cannot read the file either. It does not load a unit whose fragment it cannot
            // read, but it leaves out such a drop-in.
            plan_.warnings.insert(plan_.warnings.end(), sources.error().begin(),
                                  sources.error().end());
            unit::Unit unreadable;
            unreadable.name = name;
            unreadable.names = {name.full};
            add_decided(unreadable, decider_.refuse(unreadable, sources.error(), {"ExecStart"}));
            return {unreadable.names, false, std::nullopt};
        }
        const bool is_masked = sources->state == State::masked;
        if (is_masked || !may_request(*sources))
            return {std::move(sources->names), is_masked, std::nullopt};
        for (std::size_t i = 0; i < sources->dropins.size(); ++i) {
            if (!is_ours(sources->dropins[i], sources->dropin_texts[i])) continue;
            if (const std::string& text = sources->dropin_texts[i]; !text.empty())
                check_static(unit::parse(*sources), i, text);
            return {std::move(sources->names), false, std::nullopt};
        }
        return {sources->names, false, unit::parse(*sources)};
    }

    // Administrators switch the fence off with an empty file of our name, or with a link to
    // /dev/null. A link to what does not exist is a mistake. A file with our header is from
    // `ringfence enable --static`.
    static bool is_ours(const unit::Dropin& dropin, const std::string& text) {
        return (dropin.file_name() == usual_file_name && text.empty() && !dropin.dangling) ||
               is_static_dropin(dropin, text);
    }

    // The unit is refused if the file is no fence, or if a drop-in that sorts behind it could
    // remove the fence.
    void check_static(const unit::Unit& unit, std::size_t index, const std::string& text) {
        const std::size_t first = unit.has_fragment ? 1 : 0;
        const std::string& path = unit.dropins[index].path;
        if (const auto problem =
                problem_with_static(unit.files[index + first], text, unit.name.full, wrapper_))
            return refuse_static(unit, *problem);
        for (std::size_t i = index + 1; i < unit.dropins.size(); ++i)
            for (const unit::Assignment& line : unit.files[i + first].assignments)
                if (line.section == "Service" && line.key == "ExecStart")
                    return refuse_static(unit, {line.where,
                                                "this file sorts behind the static fence " + path +
                                                    " and changes ExecStart=",
                                                "run ringfence enable --static " + unit.name.full});
    }

    void refuse_static(const unit::Unit& unit, const Diagnostic& why) {
        add_decided(unit, decider_.refuse(unit, {why}, {"ExecStart"}));
    }

    void add_decided(const unit::Unit& unit, PlannedFile file) {
        const DropinFile* dropin = file.dropin();
        if (dropin != nullptr && unit.name.kind != NameKind::plain)
            fences_[unit.name.full].insert(base_name(dropin->path));
        add(std::move(file));
    }

    // A unit that was planned by another of its names may have a file already. A refusal is
    // stronger than any other file, and any file is stronger than one without effect.
    void add(PlannedFile file) {
        const DropinFile* dropin = file.dropin();
        const auto [known, is_new] = dropin == nullptr
                                         ? std::pair(indices_.end(), true)
                                         : indices_.try_emplace(dropin->path, plan_.files.size());
        if (is_new) {
            plan_.files.push_back(std::move(file));
            return;
        }
        PlannedFile& before = plan_.files[known->second];
        if (std::holds_alternative<Refused>(file.decision) || before.is_open())
            before = std::move(file);
    }

    Candidates& candidates_;
    const Wrapper& wrapper_;
    Decider decider_;
    unit::SourceLoader loader_;
    Plan plan_;
    std::vector<unit::Unit> instances_;
    std::map<std::string, std::set<std::string>> fences_;   // file names by template or instance
    std::unordered_map<std::string, std::size_t> indices_;  // into the plan's files, by path
};

// This does not change the candidates, because the policies of a plain unit do not depend on
// instances.
void plan_plain_units(const std::vector<ServiceName>& names, std::deque<Planner>& planners) {
    std::vector<std::function<void(std::size_t)>> workers;
    workers.reserve(planners.size());
    for (Planner& planner : planners)
        workers.emplace_back([&](std::size_t index) { planner.plan_unit(names[index]); });
    share_out(names.size(), workers);
}

// The templates come first: what an instance needs depends on the file of its template.
void plan_templates(const std::vector<ServiceName>& templates, Candidates& candidates,
                    Planner& planner) {
    for (const ServiceName& name : templates)
        planner.plan_unit(name);
    candidates.add_instances_of_templates();
    for (const std::string& name : candidates.instances())
        if (const auto parts = unit::parse_service_name(name)) planner.plan_instance(*parts);
    planner.keep_instances_apart();
}

std::string_view path_of(const PlannedFile& file) {
    return file.dropin() == nullptr ? std::string_view() : file.dropin()->path;
}

void sort(Diagnostics& all) {
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return std::tie(a.where.file, a.where.line, a.where.column, a.message) <
               std::tie(b.where.file, b.where.line, b.where.column, b.message);
    });
}

// Joins the plans of all threads. Sorted, the result does not depend on the threads.
void gather(std::deque<Planner>& planners, Plan& plan) {
    for (Planner& planner : planners) {
        Plan part = planner.take();
        std::move(part.files.begin(), part.files.end(), std::back_inserter(plan.files));
        std::move(part.warnings.begin(), part.warnings.end(), std::back_inserter(plan.warnings));
        std::move(part.lost.begin(), part.lost.end(), std::back_inserter(plan.lost));
    }
    std::sort(plan.files.begin(), plan.files.end(), [](const auto& a, const auto& b) {
        return std::pair(std::string_view(a.unit), path_of(a)) <
               std::pair(std::string_view(b.unit), path_of(b));
    });
    sort(plan.warnings);
    sort(plan.lost);
    // A file may be for several units.
    plan.lost.erase(std::unique(plan.lost.begin(), plan.lost.end()), plan.lost.end());
}

}  // namespace

Plan make_plan(const Root& root, const unit::LoadPath& path, const Policies& policies,
               const Wrapper& wrapper, Detail detail) {
    Plan plan;
    const unit::NameMap map = unit::NameMap::build(root, path);
    plan.warnings = map.problems();
    if (!policies.defaults)
        plan.warnings.insert(plan.warnings.end(), policies.defaults.error().begin(),
                             policies.defaults.error().end());
    plan.lost =
        find_lost_requests(root, path, map, detail == Detail::full ? Search::all : Search::site);
    Candidates candidates(map);
    std::vector<ServiceName> plain;
    std::vector<ServiceName> templates;
    for (const std::string& name : candidates.plain_and_templates())
        if (auto parts = unit::parse_service_name(name))
            (parts->kind == NameKind::plain ? plain : templates).push_back(std::move(*parts));
    constexpr std::size_t worth_a_thread = 50;
    std::deque<Planner> planners;
    for (std::size_t i = 0; i < worker_count(plain.size(), worth_a_thread); ++i)
        planners.emplace_back(root, map, policies, wrapper, detail, candidates);
    plan_plain_units(plain, planners);
    plan_templates(templates, candidates, planners.front());
    gather(planners, plan);
    // While generators run, what the others make is not there yet.
    if (detail == Detail::full)
        plan.unseen = find_unseen_units(root, path, map, policies.resolver());
    return plan;
}

const PlannedFile* file_of(const Plan& plan, const unit::ServiceName& id) {
    const PlannedFile* open = nullptr;
    auto file = std::lower_bound(
        plan.files.begin(), plan.files.end(), id.full,
        [](const PlannedFile& row, const std::string& unit) { return row.unit < unit; });
    for (; file != plan.files.end() && file->unit == id.full; ++file) {
        if (!file->is_open()) return &*file;
        open = &*file;
    }
    if (open != nullptr || id.kind != NameKind::instance) return open;
    const auto of_template = unit::parse_service_name(id.template_of());
    return of_template ? file_of(plan, *of_template) : nullptr;
}

std::optional<PlannedFile> plan_unit(const Root& root, const unit::Sources& sources,
                                     const Policies& policies, const Wrapper& wrapper) {
    const unit::NameMap no_other_units;
    Candidates no_candidates(no_other_units);
    Planner planner(root, no_other_units, policies, wrapper, Detail::full, no_candidates);
    planner.plan_alone(unit::parse(sources));
    Plan plan = planner.take();
    if (plan.files.empty()) return std::nullopt;
    return std::move(plan.files.front());
}

}  // namespace ringfence::dropin
