// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence check`: ringfence-check(1).
#include <algorithm>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/check_text.h"
#include "cli/exit_status.h"
#include "cli/policy_file.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "lint/run.h"

namespace ringfence::cli {

namespace {

constexpr Option check_options[] = {
    {"root", 0, "DIR", "check the policies and units below this directory"},
    {"user", 0, nullptr, "check those of your user's service manager"},
    {"strict", 0, nullptr, "exit with status 1 for warnings, too"},
    {"justified", 0, nullptr, "show also what the policies justify"},
    {"list", 0, nullptr, "show all checks"},
    {"json", 0, nullptr, "print one JSON document"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

int check_help() {
    fmt::print(
        "Usage: ringfence check [OPTION…] [POLICY|UNIT|FILE…]\n\n"
        "Find mistakes in policies and in the units that they fence; without arguments in all "
        "of them.\n\n{}\n"
        "Exit status: 0 nothing, or only notes; 1 errors; 2 usage; 3 warnings.\n"
        "ringfence-check(1) has more.\n",
        options_help(check_options));
    return exit_success;
}

int check_failed(const Diagnostics& diagnostics, int status) {
    for (const Diagnostic& diagnostic : diagnostics)
        fmt::print(stderr, "ringfence: {}\n", printable(to_string(diagnostic)));
    return status;
}

// Sorts operands into policies, units and files.
class Selector {
  public:
    Selector(const Site& site, const dropin::Plan& plan)
        : site_(site), plan_(plan), names_(dropin::policy_names(site.root, site.policies)) {}

    Result<lint::Selection> select(const std::vector<std::string>& operands) {
        for (const std::string& operand : operands) {
            auto done = is_file_operand(operand) ? add_file(operand) : add_name(operand);
            if (!done) return tl::unexpected(done.error());
        }
        return std::move(selection_);
    }

  private:
    bool is_policy(const std::string& name) const {
        return std::find(names_.begin(), names_.end(), name) != names_.end();
    }

    Result<void> add_name(const std::string& operand) {
        constexpr std::string_view suffix = ".service";
        const bool is_unit = operand.ends_with(suffix);
        const std::string unit = is_unit ? operand : operand + std::string(suffix);
        const bool fenced = lint::is_fenced(plan_, unit);
        if (fenced) selection_.units.push_back(unit);
        if (!is_unit && is_policy(operand)) selection_.policies.push_back(operand);
        if (fenced || (!is_unit && is_policy(operand))) return {};
        if (is_unit)
            return fail("", operand + " asks for no fence",
                        "X-LandlockPolicy= in a drop-in of the unit does; see ringfence.unit(5)");
        const std::string near = nearest(operand, names_);
        return fail("",
                    fmt::format("there is no policy {0} and no fenced unit {0}.service", operand),
                    near.empty() ? "" : fmt::format("did you mean {}?", near));
    }

    Result<void> add_file(const std::string& operand) {
        auto file = read_policy_file(operand);
        if (!file) return tl::unexpected(file.error());
        if (file->directory.ends_with(".toml.d"))
            return fail(operand, "a drop-in is checked together with its policy",
                        "name the policy");
        if (file->directory.ends_with("/abstractions"))
            return fail(operand, "an abstraction is checked together with a policy that extends it",
                        "name such a policy");
        const bool host = site_.root.path() == "/";
        const auto& path = site_.policies;
        if (host && std::find(path.begin(), path.end(), file->directory) != path.end() &&
            is_policy(file->name)) {
            selection_.policies.push_back(file->name);
            return {};
        }
        selection_.texts.push_back(
            {file->name, file->file, file->text, search_beside(host ? file->directory : "", path)});
        return {};
    }

    const Site& site_;
    const dropin::Plan& plan_;
    std::vector<std::string> names_;
    lint::Selection selection_;
};

int status_of(const lint::Report& report, bool strict) {
    const auto worst = report.worst();
    if (!worst || *worst == lint::Severity::note) return exit_success;
    return strict || *worst == lint::Severity::error ? exit_errors : exit_warnings;
}

DiagnosticText::Reader reader_of(const Site& site, const lint::Selection& selection) {
    return [&site, &selection](const std::string& file) -> std::optional<std::string> {
        for (const lint::PolicyText& text : selection.texts)
            if (text.file == file) return text.text;
        auto text = site.root.read(file);
        return text ? std::optional<std::string>(std::move(*text)) : std::nullopt;
    };
}

}  // namespace

int run_check(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(check_options, words);
    if (!arguments) return check_failed(arguments.error(), exit_usage);
    if (arguments->has("help")) return check_help();
    const bool paged = !arguments->has("no-pager");
    if (arguments->has("list")) {
        show(arguments->has("json") ? checks_json() : checks_text(standard_output()), paged);
        return exit_success;
    }
    const std::string root = arguments->has("root") ? arguments->value("root") : "/";
    const auto site =
        open_site(root, arguments->has("user") ? unit::Scope::user : unit::Scope::system);
    if (!site) return check_failed(site.error(), exit_failure);
    const dropin::Plan plan = site->plan();
    const auto selection = Selector(*site, plan).select(arguments->operands);
    if (!selection) return check_failed(selection.error(), exit_failure);
    const lint::Report report =
        lint::run({site->root, site->units, site->policies, plan}, *selection);
    if (arguments->has("json")) {
        show(to_json(report), false);
    } else {
        const Terminal terminal = standard_output();
        DiagnosticText renderer(reader_of(*site, *selection), terminal);
        show(to_text(report, arguments->has("justified"), renderer, terminal), paged);
    }
    return status_of(report, arguments->has("strict"));
}

}  // namespace ringfence::cli
