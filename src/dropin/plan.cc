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

#include "base/parallel.h"
#include "dropin/attachment.h"
#include "dropin/candidates.h"
#include "dropin/decider.h"

namespace ringfence::dropin {

namespace {

using unit::NameKind;
using unit::ServiceName;
using State = unit::Sources::State;

// One thread's share of the units. It keeps what it reads, so others have planners of their own.
class Planner {
  public:
    Planner(const Root& root, const unit::NameMap& map, const Policies& policies,
            const Wrapper& wrapper, Detail detail, Candidates& candidates)
        : candidates_(candidates), decider_(root, policies, wrapper, detail), loader_(root, map) {}

    void plan_unit(const ServiceName& name) {
        const Loaded loaded = load(name);
        if (loaded.unit) decide(name, *loaded.unit);
    }

    // Of a unit whose other names are not known.
    void plan_alone(const unit::Unit& unit) {
        if (auto file = decider_.decide(unit, std::nullopt, candidates_))
            add_file(unit, std::move(*file));
    }

    void plan_instance(const ServiceName& name) {
        Loaded loaded = load(name);
        // Masked, and yet an alias of its template may lead past the mask: that is looked at, too.
        if (loaded.is_masked) return;
        if (loaded.unit) decide(name, *loaded.unit);
        unit::Unit bare;
        bare.name = name;
        bare.names = std::move(loaded.names);
        instances_.push_back(loaded.unit ? std::move(*loaded.unit) : std::move(bare));
    }

    // To be called when all instances are planned. The drop-ins of all its names apply to a unit,
    // of templates as well as of names by which systemd would load another unit.
    void keep_instances_apart() {
        for (const unit::Unit& unit : instances_)
            for (const std::string& full : unit.names) {
                const auto name = unit::parse_service_name(full);
                if (!name) continue;
                if (full != unit.names.front()) keep_out(full, unit);
                keep_out(name->template_of(), unit);
            }
    }

    Plan take() { return std::move(plan_); }

  private:
    struct Loaded {
        std::vector<std::string> names;
        bool is_masked = false;
        std::optional<unit::Unit> unit;  ///< nothing when there is nothing to do
    };

    void decide(const ServiceName& name, const unit::Unit& unit) {
        if (auto file = decider_.decide(unit, loader_.uncertainty(name), candidates_))
            add_file(unit, std::move(*file));
    }

    // Files in the directory of a unit's Id take the place of those of the same name in others.
    void keep_out(const std::string& other, const unit::Unit& unit) {
        const auto fences = fences_.find(other);
        if (fences == fences_.end()) return;
        for (const std::string& file_name : fences->second) {
            PlannedFile nothing;
            nothing.unit = unit.names.front();
            nothing.outcome = Outcome::nothing;
            nothing.text =
                render_nothing(unit, "The fence of " + other + " is not for this instance.");
            add(file_name, std::move(nothing));
        }
    }

    Loaded load(const ServiceName& name) {
        auto sources = loader_.read(name);
        if (!sources) {
            // systemd cannot read it either: the fragment fails the unit, a drop-in is left out.
            plan_.warnings.insert(plan_.warnings.end(), sources.error().begin(),
                                  sources.error().end());
            unit::Unit unreadable;
            unreadable.name = name;
            unreadable.names = {name.full};
            add_file(unreadable, decider_.refuse(unreadable, sources.error(), {"ExecStart"}));
            return {unreadable.names, false, std::nullopt};
        }
        const bool is_masked = sources->state == State::masked;
        if (is_masked || !sources->mention(key_marker))
            return {std::move(sources->names), is_masked, std::nullopt};
        for (std::size_t i = 0; i < sources->dropins.size(); ++i) {
            if (!is_ours(sources->dropins[i], sources->dropin_texts[i])) continue;
            if (!sources->dropin_texts[i].empty()) check_static(unit::parse(*sources), i);
            return {std::move(sources->names), false, std::nullopt};
        }
        return {sources->names, false, unit::parse(*sources)};
    }

    // An empty file of our name is how an administrator switches the fence off; one that has our
    // header was made by `ringfence enable --static`.
    static bool is_ours(const unit::Dropin& dropin, const std::string& text) {
        return (dropin.file_name() == usual_file_name && text.empty()) ||
               is_static_dropin(dropin, text);
    }

    // What comes behind a static drop-in could take its fence away.
    void check_static(const unit::Unit& unit, std::size_t index) {
        for (std::size_t i = index + 1; i < unit.dropins.size(); ++i)
            for (const unit::Assignment& line :
                 unit.files[i + (unit.has_fragment ? 1 : 0)].assignments)
                if (line.section == "Service" && line.key == "ExecStart")
                    return refuse_static(unit, unit.dropins[index].path, line.where);
    }

    void refuse_static(const unit::Unit& unit, const std::string& fence, const Location& where) {
        add_file(unit, decider_.refuse(unit,
                                       {{where,
                                         "this file comes behind the static fence " + fence +
                                             " and changes ExecStart=",
                                         "run ringfence enable --static " + unit.name.full}},
                                       {"ExecStart"}));
    }

    void add_file(const unit::Unit& unit, PlannedFile file) {
        if (unit.name.kind == NameKind::instance)
            file.other_names.assign(std::next(unit.names.begin()), unit.names.end());
        std::vector<std::string> others;
        for (const unit::Dropin& dropin : unit.dropins)
            others.push_back(dropin.file_name());
        const auto name = is_prefix(unit.name) ? std::nullopt : last_file_name(others);
        if (!name) {
            file.outcome = Outcome::masked;
            file.text.clear();
            file.policy.clear();
            file.rules.reset();
            file.reasons.push_back(
                {{unit.files.empty() ? "" : unit.files.front().path, 0, 0},
                 "no drop-in can be made that is for this unit alone and comes last",
                 "choose a unit name that does not end in \"-\", and shorter drop-in names"});
            plan_.files.push_back(std::move(file));
            return;
        }
        if (unit.name.kind != NameKind::plain) fences_[unit.name.full].insert(*name);
        add(*name, std::move(file));
    }

    // A unit that was looked at by another of its names may have its file already. What refuses it
    // stays or takes that place, and what only keeps another file out gives way.
    void add(const std::string& name, PlannedFile file) {
        file.path = file.unit + ".d/" + name;
        const auto [known, is_new] = indices_.try_emplace(file.path, plan_.files.size());
        if (is_new) {
            plan_.files.push_back(std::move(file));
            return;
        }
        PlannedFile& before = plan_.files[known->second];
        if (file.outcome == Outcome::refused || before.outcome == Outcome::nothing)
            before = std::move(file);
    }

    Candidates& candidates_;
    Decider decider_;
    unit::Loader loader_;
    Plan plan_;
    std::vector<unit::Unit> instances_;
    std::map<std::string, std::set<std::string>> fences_;   // file names of templates and instances
    std::unordered_map<std::string, std::size_t> indices_;  // of the files, by path
};

// Does not touch the candidates: a plain unit's policies have no instance in their names.
void plan_plain_units(const std::vector<ServiceName>& names, std::deque<Planner>& planners) {
    std::vector<std::function<void(std::size_t)>> workers;
    workers.reserve(planners.size());
    for (Planner& planner : planners)
        workers.emplace_back([&](std::size_t index) { planner.plan_unit(names[index]); });
    share_out(names.size(), workers);
}

// Templates first: what an instance needs depends on what its template got.
void plan_templates(const std::vector<ServiceName>& templates, Candidates& candidates,
                    Planner& planner) {
    for (const ServiceName& name : templates)
        planner.plan_unit(name);
    candidates.add_instances_of_templates();
    for (const std::string& name : candidates.instances())
        if (const auto parts = unit::parse_service_name(name)) planner.plan_instance(*parts);
    planner.keep_instances_apart();
}

// Makes one plan of several, which does not show who did what.
void gather(std::deque<Planner>& planners, Plan& plan) {
    for (Planner& planner : planners) {
        Plan part = planner.take();
        std::move(part.files.begin(), part.files.end(), std::back_inserter(plan.files));
        std::move(part.warnings.begin(), part.warnings.end(), std::back_inserter(plan.warnings));
    }
    std::sort(plan.files.begin(), plan.files.end(), [](const auto& a, const auto& b) {
        return std::tie(a.unit, a.path) < std::tie(b.unit, b.path);
    });
    std::sort(plan.warnings.begin(), plan.warnings.end(), [](const auto& a, const auto& b) {
        return std::tie(a.where.file, a.where.line, a.where.column, a.message) <
               std::tie(b.where.file, b.where.line, b.where.column, b.message);
    });
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
    return plan;
}

const PlannedFile* file_of(const Plan& plan, const unit::ServiceName& id) {
    const PlannedFile* open = nullptr;
    auto file = std::lower_bound(
        plan.files.begin(), plan.files.end(), id.full,
        [](const PlannedFile& row, const std::string& unit) { return row.unit < unit; });
    for (; file != plan.files.end() && file->unit == id.full; ++file) {
        if (file->outcome != Outcome::nothing) return &*file;
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
