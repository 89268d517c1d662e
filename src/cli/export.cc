// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence export`: ringfence-export(1).
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/replace_file.h"
#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "policy/landlockconfig.h"

namespace ringfence::cli {

namespace {

constexpr Option export_options[] = {
    {"format", 0, "FORMAT", "toml (default) or json"},
    {"strict", 0, nullptr, "exit with 1 when something cannot be said"},
    {"output", 'o', "FILE", "write to this file, not to standard output"},
    {"root", 0, "DIR", "look for policies beneath DIR"},
    {"user", 0, nullptr, "policies of the user manager's units"},
    {"help", 'h', nullptr, "show this text"},
};

int export_help() {
    fmt::print(
        "Usage: ringfence export [OPTION…] POLICY\n\n"
        "Write a policy in the format of landlockconfig. POLICY is a name, or the path of a\n"
        "file. What the format cannot say is listed on standard error.\n\nOptions:\n{}\n"
        "See ringfence-export(1).\n",
        options_help(export_options));
    return exit_success;
}

int export_usage(const std::string& problem) {
    fmt::print(stderr, "ringfence: {}\n", problem);
    return exit_usage;
}

int export_failed(const Diagnostics& problems) {
    for (const Diagnostic& problem : problems)
        fmt::print(stderr, "ringfence: {}\n", printable(to_string(problem)));
    return exit_failure;
}

/// A file is resolved as if its directory came first in the search path, so that drop-ins beside it
/// count, as they do for the policy itself.
Result<policy::Rules> resolve_operand(Site& site, const std::string& operand) {
    const std::filesystem::path path(operand);
    std::string name = operand;
    const bool has_suffix = path.extension() == ".toml" || path.extension() == ".json";
    if (path.has_parent_path() || has_suffix) {
        std::error_code error;
        const auto directory = std::filesystem::absolute(path, error).parent_path();
        if (error) return fail(operand, "cannot be read: " + error.message());
        site.policies.insert(site.policies.begin(), directory.lexically_normal().string());
        name = has_suffix ? path.stem().string() : path.filename().string();
    }
    auto rules = site.resolve({{name, false, {}}});
    if (!rules) return tl::unexpected(rules.error());
    if (!*rules) return fail(operand, "there is no such policy");
    return std::move(**rules);
}

}  // namespace

int run_export(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(export_options, words);
    if (!arguments) return export_usage(printable(to_string(arguments.error().front())));
    if (arguments->has("help")) return export_help();
    if (arguments->operands.size() != 1)
        return export_usage("export takes one policy; --help explains");
    const std::string format = arguments->has("format") ? arguments->value("format") : "toml";
    if (format != "toml" && format != "json")
        return export_usage(
            fmt::format("--format: \"{}\" is not known; it takes toml or json", format));
    auto site = open_site(arguments->has("root") ? arguments->value("root") : "/",
                          arguments->has("user") ? unit::Scope::user : unit::Scope::system);
    if (!site) return export_failed(site.error());
    const auto rules = resolve_operand(*site, arguments->operands.front());
    if (!rules) return export_failed(rules.error());
    const auto made = policy::export_landlockconfig(
        *rules, format == "json" ? policy::Spelling::json : policy::Spelling::toml);
    if (!made) return export_failed(made.error());
    const std::string output = arguments->value("output");
    if (output.empty())
        fmt::print("{}", made->text);
    else if (const auto written = replace_file(output, made->text, Durability::synced); !written)
        return export_failed({{{output}, "cannot be written: " + written.error().message(), ""}});
    for (const std::string& loss : made->losses)
        fmt::print(stderr, "ringfence: not in the export: {}\n", printable(loss));
    return made->losses.empty() || !arguments->has("strict") ? exit_success : exit_failure;
}

}  // namespace ringfence::cli
