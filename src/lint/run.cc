// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lint/run.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dropin/foreign.h"
#include "unit/name_map.h"

namespace ringfence::lint {

namespace {

using dropin::PlannedFile;
using policy::Rules;

auto key_of(const Finding& finding) {
    const Location& where = finding.problem.where;
    return std::tie(where.file, where.line, where.column, finding.id, finding.subject, finding.unit,
                    finding.problem.message);
}

bool is_vendor_file(const std::string& path) {
    return path.starts_with("/usr/");
}

// Whether `exception` justifies `finding`. An exception in an abstraction is about the
// abstraction's own lines. It must not hide findings in the policies that extend it.
bool justifies(const policy::Exception& exception, const Finding& finding) {
    return exception.id == finding.id &&
           (exception.path.empty() || exception.path == finding.subject) &&
           (!policy::is_of_abstraction(exception.origin) ||
            exception.origin.where.file == finding.problem.where.file);
}

class Runner {
  public:
    Runner(const Machine& machine, const Selection& selection)
        : machine_(machine),
          selection_(selection),
          map_(unit::NameMap::build(machine.root, machine.units)) {}

    Report run() {
        const bool all = selection_.empty();
        if (all)
            for (const std::string& name : dropin::policy_names(machine_.root, machine_.policies))
                check_policy(name);
        for (const std::string& name : selection_.policies)
            check_policy(name);
        for (const PolicyText& text : selection_.texts)
            check_text(text);
        for (const PlannedFile& file : machine_.plan.files)
            if (all || is_selected(file.unit)) check_unit(file);
        if (!machine_.defaults) add_errors("invalid-defaults", machine_.defaults.error(), "");
        if (all) add_machine();
        finish();
        return std::move(report_);
    }

  private:
    void add_machine() {
        for (const dropin::UnseenUnit& unit : machine_.plan.unseen)
            add("unseen-unit", {unit.file, 0, 0}, unit.name, unit.why, unit.name);
        const Diagnostics defaults = machine_.defaults ? Diagnostics{} : machine_.defaults.error();
        for (const Diagnostic& warning : machine_.plan.warnings)
            if (std::find(defaults.begin(), defaults.end(), warning) == defaults.end())
                add_errors("unreadable", {warning}, "");
        add_errors("lost-request", machine_.plan.lost, "");
    }

    bool is_selected(const std::string& unit) const {
        return std::find(selection_.units.begin(), selection_.units.end(), unit) !=
               selection_.units.end();
    }

    void add(const char* id, const Location& where, std::string subject, std::string message,
             const std::string& unit = "", std::string hint = "") {
        const Check* row = find_check(id);
        Finding finding;
        finding.id = id;
        finding.severity = row->severity;
        finding.problem = {where, std::move(message), hint.empty() ? row->fix : std::move(hint)};
        finding.subject = std::move(subject);
        finding.unit = unit;
        found_.push_back(std::move(finding));
    }

    void add_errors(const char* id, const Diagnostics& errors, const std::string& unit) {
        for (const Diagnostic& error : errors)
            add(id, error.where, "", error.message, unit, error.hint);
    }

    // Policies -----------------------------------------------------------------------------------

    void check_policy(const std::string& name) {
        const auto resolved =
            policy::resolve(machine_.root, machine_.policies, {{name, true, {name, 0, 0}}});
        if (!resolved) {
            ++report_.policies;
            return add_errors("invalid-policy", resolved.error(), "");
        }
        // A masked policy fences nothing. The caller checks whether the named policies exist.
        if (!*resolved) return;
        check_rules(**resolved);
    }

    void check_text(const PolicyText& text) {
        const auto resolved =
            policy::resolve_text(machine_.root, text.search, text.name, text.file, text.text);
        if (resolved)
            check_rules(*resolved);
        else {
            ++report_.policies;
            add_errors("invalid-policy", resolved.error(), "");
        }
    }

    void check_rules(const Rules& rules) {
        ++report_.policies;
        Subject subject{rules, rules};
        subject.user = machine_.units.scope == unit::Scope::user;
        // On a machine without the service, the service's files are missing as well.
        if (is_for_this_machine(rules)) subject.root = &machine_.root;
        take(check(subject), rules);
        check_units_of(rules);
    }

    bool exists(const std::string& unit) const {
        const auto name = unit::parse_service_name(unit);
        return name && map_.fragment(*name).has_value();
    }

    bool is_for_this_machine(const Rules& rules) const {
        return rules.units.empty() ||
               std::any_of(rules.units.begin(), rules.units.end(),
                           [&](const std::string& unit) { return exists(unit); });
    }

    // A package ships policies also for services that are not installed.
    void check_units_of(const Rules& rules) {
        if (rules.units.empty() || is_for_this_machine(rules)) return;
        const Location where = rules.layers.front().origin.where;
        if (is_vendor_file(where.file)) return;
        add("missing-unit", where, "units",
            fmt::format("there is no {}", fmt::join(rules.units, ", ")));
    }

    // Units --------------------------------------------------------------------------------------

    void check_unit(const PlannedFile& file) {
        if (file.is_open()) return;
        ++report_.units;
        add_errors("refused-unit", file.reasons(), file.unit);
        if (const dropin::Fenced* fenced = file.fenced()) check_fence(*fenced->source);
        if (!machine_.runtime.empty())
            for (const dropin::ForeignDropin& dropin :
                 dropin::foreign_dropins(machine_.root, file, machine_.runtime))
                add("foreign-drop-in", {dropin.path, 0, 0}, file.unit,
                    fmt::format("{}: {}", file.unit, dropin::describe(dropin)), file.unit);
    }

    void check_fence(const dropin::FenceSource& source) {
        const FencedUnit fenced{source.unit, source.attachment};
        Subject subject{source.written, source.enforced, &fenced, &machine_.root,
                        machine_.units.scope == unit::Scope::user};
        take(check(subject), source.written);
    }

    // Findings -----------------------------------------------------------------------------------

    void take(std::vector<Finding> findings, const Rules& rules) {
        for (const policy::Exception& exception : rules.exceptions)
            note_exception(exception);
        for (Finding& finding : findings) {
            for (const policy::Exception& exception : rules.exceptions) {
                if (!justifies(exception, finding)) continue;
                used_.insert(to_string(exception.origin.where));
                if (finding.reason.empty()) finding.reason = exception.origin.reason;
            }
            found_.push_back(std::move(finding));
        }
    }

    void note_exception(const policy::Exception& exception) {
        const std::string place = to_string(exception.origin.where);
        if (!known_.emplace(place, exception).second) return;
        if (find_check(exception.id) != nullptr) return;
        std::vector<std::string> ids;
        for (const Check& row : checks())
            ids.emplace_back(row.id);
        const std::string near = nearest(exception.id, ids);
        add("unknown-check", exception.origin.where, exception.id,
            fmt::format("there is no check \"{}\"", exception.id), "",
            near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
    }

    // Only checks that need nothing but rules count. Whether another check finds something depends
    // on the machine and the unit.
    void add_unused() {
        for (const auto& [place, exception] : known_) {
            const Check* row = find_check(exception.id);
            if (row == nullptr || row->needs != Needs::rules || used_.count(place) != 0) continue;
            add("unused-exception", exception.origin.where, exception.id,
                fmt::format("no finding needs this exception for \"{}\"{}", exception.id,
                            exception.path.empty() ? "" : " (\"" + exception.path + "\")"));
        }
    }

    // A policy is checked by itself and with each of its units. A finding that occurs several times
    // is reported once, and for the policy rather than for a unit.
    void finish() {
        add_unused();
        drop_repeated_errors();
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Finding& a, const Finding& b) { return key_of(a) < key_of(b); });
        const auto end =
            std::unique(found_.begin(), found_.end(),
                        [](const Finding& a, const Finding& b) { return key_of(a) == key_of(b); });
        found_.erase(end, found_.end());
        for (Finding& finding : found_)
            (finding.reason.empty() ? report_.findings : report_.justified)
                .push_back(std::move(finding));
    }

    // An error of a policy is reported once, with the unit that does not start because of it.
    void drop_repeated_errors() {
        Diagnostics of_units;
        for (const Finding& finding : found_)
            if (finding.id == "refused-unit") of_units.push_back(finding.problem);
        std::erase_if(found_, [&](const Finding& finding) {
            const bool general = finding.id == "invalid-policy" ||
                                 finding.id == "invalid-defaults" || finding.id == "unreadable";
            return general &&
                   std::find(of_units.begin(), of_units.end(), finding.problem) != of_units.end();
        });
    }

    const Machine& machine_;
    const Selection& selection_;
    const unit::NameMap map_;
    std::vector<Finding> found_;
    std::map<std::string, policy::Exception> known_;  // by place
    std::set<std::string> used_;
    Report report_;
};

}  // namespace

std::optional<Severity> Report::worst() const {
    std::optional<Severity> worst;
    for (const Finding& finding : findings)
        if (!worst || *worst < finding.severity) worst = finding.severity;
    return worst;
}

Report run(const Machine& machine, const Selection& selection) {
    return Runner(machine, selection).run();
}

bool is_fenced(const dropin::Plan& plan, const std::string& unit) {
    return std::any_of(plan.files.begin(), plan.files.end(),
                       [&](const PlannedFile& file) { return file.unit == unit; });
}

}  // namespace ringfence::lint
