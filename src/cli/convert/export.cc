// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence export`: ringfence-export(1).
#include "cli/site/operand.h"
#include "cli/site/site.h"
#include "cli/terminal/output.h"
#include "cli/terminal/problems.h"
#include "cli/verbs.h"
#include "policy/interop/landlockconfig.h"

namespace ringfence::cli {

namespace {

int run_export(const Arguments& arguments) {
    const Operand operand = read_operand(arguments.operands.front());
    if (operand.kind == Operand::Kind::directory)
        return failed({{{operand.text}, "is a directory", "name one policy"}});
    const auto site = open_site(arguments);
    if (!site) return failed(site.error());
    const auto policy = resolve_policy(*site, operand, DropIns::read);
    if (!policy) return failed(policy.error());
    const bool json = arguments.value("format", "toml") == "json";
    const auto made = policy::export_landlockconfig(
        policy->rules, json ? policy::Spelling::json : policy::Spelling::toml);
    if (!made) return failed(made.error());
    const auto written =
        write_output(arguments.value(output_option.name), made->text, Durability::synced);
    if (!written) return failed(written.error());
    for (const std::string& loss : made->losses)
        print_note("not in the export: " + loss);
    return made->losses.empty() || !arguments.has("strict") ? exit_success : exit_failure;
}

constexpr const char* export_formats[] = {"toml", "json"};

constexpr Option export_options[] = {
    {"format", 0, "FORMAT", "toml (default) or json", export_formats},
    {"strict", 0, nullptr, "exit with status 1 when something cannot be expressed"},
    output_option,
    root_option,
    user_option,
    help_option,
};

constexpr ExitStatus export_statuses[] = {
    {exit_success, "the policy was written"},
    {exit_failure, "it could not be read or written, or nothing of it can be expressed"},
    usage_status,
};

}  // namespace

constinit const Verb export_verb = {
    "export",
    "write a policy in the format of landlockconfig",
    "Write a policy in the format of landlockconfig. POLICY is a name, the path of a file, or "
    "\"-\"\n"
    "for standard input. What the format cannot express is listed on standard error.",
    {export_options, {}, "POLICY", {1, 1}},
    export_statuses,
    "ringfence-export(1)",
    run_export,
};

}  // namespace ringfence::cli
