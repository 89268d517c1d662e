// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/plan.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <tuple>

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
        : candidates_(candidates),
          decider_(root, map, policies, wrapper, detail),
          loader_(root, map) {}

    void plan_unit(const ServiceName& name) {
        if (const auto unit = load(name)) run_one(*unit);
    }

    void run_one(const unit::Unit& unit) {
        if (auto file = decider_.decide(unit, candidates_)) add_file(unit, std::move(*file));
    }

    void plan_instance(const ServiceName& name) {
        const auto of_template = template_files_.find(name.template_of());
        const bool has_template_file = of_template != template_files_.end();
        auto unit = load(name);
        if (!unit && !has_template_file) return;
        // Masked, and yet an alias of its template may lead past the mask: what the template got
        // is for it as well.
        if (is_masked_) return;
        auto file = unit ? decider_.decide(*unit, candidates_) : std::nullopt;
        std::string own_file;
        if (file) own_file = add_file(*unit, std::move(*file));
        if (!has_template_file || own_file == of_template->second) return;
        // The template's drop-in would apply to this instance too.
        unit::Unit bare;
        bare.name = name;
        PlannedFile nothing;
        nothing.unit = name.full;
        nothing.outcome = Outcome::nothing;
        nothing.text = render_nothing(unit ? *unit : bare, "The fence of " + name.template_of() +
                                                               " is not for this instance.");
        add(of_template->second, std::move(nothing));
    }

    Plan take() { return std::move(plan_); }

  private:
    // Nothing when there is nothing to do: masked, or no word of a fence in any of its files.
    std::optional<unit::Unit> load(const ServiceName& name) {
        auto sources = loader_.read(name);
        if (!sources) {
            // systemd cannot read it either: the fragment fails the unit, a drop-in is left out.
            plan_.warnings.insert(plan_.warnings.end(), sources.error().begin(),
                                  sources.error().end());
            unit::Unit unreadable;
            unreadable.name = name;
            unreadable.names = {name.full};
            add_file(unreadable, decider_.refuse(unreadable, sources.error(), {"ExecStart"}));
            return std::nullopt;
        }
        is_masked_ = sources->state == State::masked;
        if (is_masked_ || !sources->mention(key_marker)) return std::nullopt;
        for (std::size_t i = 0; i < sources->dropins.size(); ++i) {
            if (!is_ours(sources->dropins[i], sources->dropin_texts[i])) continue;
            if (!sources->dropin_texts[i].empty()) check_static(unit::parse(*sources), i);
            return std::nullopt;
        }
        return unit::parse(*sources);
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

    // Returns the file's name; empty when the unit is masked.
    std::string add_file(const unit::Unit& unit, PlannedFile file) {
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
            return "";
        }
        if (unit.name.kind == NameKind::template_name) template_files_[unit.name.full] = *name;
        add(*name, std::move(file));
        return *name;
    }

    void add(const std::string& name, PlannedFile file) {
        file.path = file.unit + ".d/" + name;
        plan_.files.push_back(std::move(file));
    }

    Candidates& candidates_;
    Decider decider_;
    unit::Loader loader_;
    Plan plan_;
    bool is_masked_ = false;  // the unit that load() looked at last
    std::map<std::string, std::string> template_files_;
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

std::optional<PlannedFile> plan_unit(const Root& root, const unit::Sources& sources,
                                     const Policies& policies, const Wrapper& wrapper) {
    const unit::NameMap no_other_units;
    Candidates no_candidates(no_other_units);
    Planner planner(root, no_other_units, policies, wrapper, Detail::full, no_candidates);
    planner.run_one(unit::parse(sources));
    Plan plan = planner.take();
    if (plan.files.empty()) return std::nullopt;
    return std::move(plan.files.front());
}

}  // namespace ringfence::dropin
