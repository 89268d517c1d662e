// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence check`: ringfence-check(1).
#include <algorithm>

#include <fmt/format.h>

#include "cli/check/text.h"
#include "cli/site/enable_files.h"
#include "cli/site/operand.h"
#include "cli/site/site.h"
#include "cli/site/target.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"
#include "lint/run.h"

namespace ringfence::cli {

namespace {

// Sorts operands into policies, units and files.
class Selector {
  public:
    Selector(const Site& site, const dropin::Plan& plan)
        : site_(site), plan_(plan), names_(site.policy_names()) {}

    Result<lint::Selection> select(const std::vector<std::string>& words) {
        for (const std::string& word : words)
            if (auto done = add(read_operand(word)); !done) return tl::unexpected(done.error());
        return std::move(selection_);
    }

  private:
    bool is_policy(const std::string& name) const {
        return std::find(names_.begin(), names_.end(), name) != names_.end();
    }

    Result<void> add(const Operand& operand) {
        using Kind = Operand::Kind;
        if (operand.is_file()) return add_file(operand);
        if (operand.kind == Kind::directory)
            return fail(operand.text, "is a directory", "name the policies in it");
        return operand.kind == Kind::unit ? add_unit(operand.text) : add_name(operand.text);
    }

    Result<void> add_unit(const std::string& word) {
        if (lint::is_fenced(plan_, word)) {
            selection_.units.push_back(word);
            return {};
        }
        const auto name = service_name(word);
        if (!name) return tl::unexpected(name.error());
        const auto map = unit::NameMap::build(site_.root, site_.units);
        if (!map.fragment(*name))
            return fail(no_such_unit(
                map, *name,
                "units that other generators or systemd-run(1) make are not seen here"));
        return fail("", word + " does not ask for a fence",
                    "write X-LandlockPolicy= in a drop-in of the unit; see ringfence.unit(5)");
    }

    // A name without a suffix means both the policy and the unit of that name.
    Result<void> add_name(const std::string& name) {
        const auto unit = service_name(name);
        const bool fenced = unit && lint::is_fenced(plan_, unit->full);
        if (fenced) selection_.units.push_back(unit->full);
        if (is_policy(name)) selection_.policies.push_back(name);
        if (fenced || is_policy(name)) return {};
        const std::string near = nearest(name, names_);
        return fail("", fmt::format("there is no policy {0} and no fenced unit {0}.service", name),
                    near.empty() ? "" : fmt::format("did you mean {}?", near));
    }

    Result<void> add_file(const Operand& operand) {
        auto file = read_policy_file(operand);
        if (!file) return tl::unexpected(file.error());
        if (file->directory.ends_with(".toml.d"))
            return fail(operand.text, "a drop-in is checked together with its policy",
                        "name the policy");
        if (file->directory.ends_with("/abstractions"))
            return fail(operand.text,
                        "an abstraction is checked together with a policy that extends it",
                        "name such a policy");
        const auto& path = site_.policies;
        const bool installed = site_.root.path() == "/" && is_policy(file->name) &&
                               std::find(path.begin(), path.end(), file->directory) != path.end();
        if (installed)
            selection_.policies.push_back(file->name);
        else
            selection_.texts.push_back(
                {file->name, file->file, file->text, search_beside(site_, file->directory)});
        return {};
    }

    const Site& site_;
    const dropin::Plan& plan_;
    std::vector<std::string> names_;
    lint::Selection selection_;
};

int status_of(const lint::Report& report) {
    const auto worst = report.worst();
    if (!worst || *worst == Severity::note) return exit_success;
    return *worst == Severity::error ? exit_failure : exit_attention;
}

DiagnosticText::ReadFile reader_of(const Site& site, const lint::Selection& selection) {
    return [&site, &selection](const std::string& file) -> std::optional<std::string> {
        for (const lint::PolicyText& text : selection.texts)
            if (text.file == file) return text.text;
        auto text = site.root.read(file);
        return text ? std::optional<std::string>(std::move(*text)) : std::nullopt;
    };
}

int list_checks(const Arguments& arguments) {
    const bool json = arguments.has(json_option.name);
    show(json ? checks_json() : checks_text(standard_output()), paging_of(arguments));
    return exit_success;
}

int run_check(const Arguments& arguments) {
    if (arguments.has("list")) return list_checks(arguments);
    const auto site = open_site(arguments);
    if (!site) return failed(site.error());
    const dropin::Plan plan = site->plan();
    const auto selection = Selector(*site, plan).select(arguments.operands);
    if (!selection) return failed(selection.error());
    const lint::Report report =
        lint::run({site->root, site->units, site->policies, plan, site->defaults,
                   directory_of(generator_directory(*site))},
                  *selection);
    if (arguments.has(json_option.name)) {
        show(to_json(report), Paging::direct);
    } else {
        const Terminal terminal = standard_output();
        DiagnosticText renderer(reader_of(*site, *selection), terminal);
        const Justified justified =
            arguments.has("justified") ? Justified::shown : Justified::counted;
        show(to_text(report, justified, renderer, terminal), paging_of(arguments));
    }
    const int status = status_of(report);
    return status == exit_attention && arguments.has("strict") ? exit_failure : status;
}

constexpr Option check_options[] = {
    root_option,
    user_option,
    {"strict", 0, nullptr, "exit with status 1 for warnings, too"},
    {"justified", 0, nullptr, "show also what the policies justify"},
    {"list", 0, nullptr, "show all checks"},
    json_option,
    no_pager_option,
    help_option,
};

constexpr ExitStatus check_statuses[] = {
    {exit_success, "nothing was found, or only notes"},
    {exit_failure, "there are errors, or something could not be read"},
    usage_status,
    {exit_attention, "there are warnings, and no errors"},
};

}  // namespace

constinit const Verb check_verb = {
    "check",
    "find mistakes in policies and in the units that they fence",
    "Find mistakes in policies and in the units that they fence; without operands in all of them.",
    {check_options, {}, "[POLICY|UNIT|FILE…]", {}},
    check_statuses,
    "ringfence-check(1)",
    run_check,
};

}  // namespace ringfence::cli
