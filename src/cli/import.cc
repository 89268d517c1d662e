// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence import`: ringfence-import(1).
#include <cstdio>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>

#include <fmt/format.h>

#include "base/replace_file.h"
#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "dropin/import_unit.h"
#include "dropin/inherit.h"
#include "dropin/interpreter.h"
#include "policy/draft.h"
#include "policy/json.h"
#include "policy/landlockconfig.h"
#include "policy/landlockd.h"
#include "unit/name_map.h"
#include "unit/specifier.h"

namespace ringfence::cli {

namespace {

constexpr Option import_options[] = {
    {"from", 0, "KIND", "landlockconfig, landlockd or unit; without it, the contents decide"},
    {"compose", 0, nullptr, "make one policy of several files by landlockconfig's own rule"},
    {"output", 'o', "FILE", "write to this file, not to standard output"},
    {"root", 0, "DIR", "look for units beneath DIR"},
    {"user", 0, nullptr, "units of the user manager"},
    {"help", 'h', nullptr, "show this text"},
};

constexpr std::string_view service_suffix = ".service";
constexpr std::size_t largest_import = std::size_t{1} << 20;

int import_help() {
    fmt::print(
        "Usage: ringfence import [OPTION…] FILE…\n"
        "       ringfence import [OPTION…] UNIT\n\n"
        "Translate a landlockconfig file, a landlockd policy or a unit's own sandboxing\n"
        "directives into a policy, for you to review. What has no equivalent is named in\n"
        "comments at its end.\n\nOptions:\n{}\n"
        "See ringfence-import(1).\n",
        options_help(import_options));
    return exit_success;
}

int import_usage(const std::string& problem) {
    fmt::print(stderr, "ringfence: {}\n", problem);
    return exit_usage;
}

int import_failed(const Diagnostics& problems) {
    for (const Diagnostic& problem : problems)
        fmt::print(stderr, "ringfence: {}\n", printable(to_string(problem)));
    return exit_failure;
}

struct ImportFile {
    std::string path;
    std::string text;
};

bool is_directory(const std::string& path) {
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_file(const std::string& path) {
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

/// Operands are paths of the caller, not of --root.
Result<ImportFile> read_operand(const std::string& path) {
    std::error_code error;
    const std::string real = std::filesystem::canonical(path, error).string();
    if (error) return fail(path, "cannot be read: " + error.message());
    const auto root = Root::open("/");
    if (!root) return fail(path, "cannot be read: " + root.error().message());
    auto text = root->read(real, largest_import);
    if (!text) return fail(path, "cannot be read: " + text.error().message());
    return ImportFile{path, std::move(*text)};
}

/// A directory stands for the files in it that landlockconfig would read.
Result<std::vector<ImportFile>> read_operands(const std::vector<std::string>& operands) {
    std::vector<ImportFile> files;
    Diagnostics problems;
    const auto add = [&](const std::string& path) {
        auto file = read_operand(path);
        if (file)
            files.push_back(std::move(*file));
        else
            problems.insert(problems.end(), file.error().begin(), file.error().end());
    };
    for (const std::string& operand : operands) {
        if (!is_directory(operand)) {
            add(operand);
            continue;
        }
        const auto root = Root::open(operand);
        const auto entries = root ? root->list(".") : tl::unexpected(root.error());
        if (!entries) return fail(operand, "cannot be listed: " + entries.error().message());
        const std::size_t before = files.size() + problems.size();
        for (const DirectoryEntry& entry : *entries)
            if (entry.name[0] != '.' && entry.type != DT_DIR &&
                (entry.name.ends_with(".json") || entry.name.ends_with(".toml")))
                add(operand + "/" + entry.name);
        if (files.size() + problems.size() == before)
            return fail(operand, "there is no .json and no .toml file in it");
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return files;
}

Result<policy::Draft> import_landlockconfig(const std::vector<ImportFile>& files) {
    std::optional<policy::LandlockConfig> all;
    std::string names;
    Diagnostics problems;
    for (const ImportFile& file : files) {
        auto config = policy::parse_landlockconfig(file.text, file.path);
        if (!config) {
            problems.insert(problems.end(), config.error().begin(), config.error().end());
            continue;
        }
        names += (names.empty() ? "" : ", ") + file.path;
        all = all ? compose(std::move(*all), *config) : std::move(*config);
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    const auto made = to_policy(*all, policy::Unsayable::leave_out);
    if (!made) return tl::unexpected(made.error());
    policy::Draft draft = policy::draft_of(made->policy);
    draft.head = {fmt::format("Made by `ringfence import` from {}.", names)};
    if (files.size() > 1)
        draft.head.emplace_back(
            "Composed as landlockconfig does: only what all of them restrict is restricted.");
    draft.abi_comment = "the newest right that is restricted";
    draft.inherit_comment = "as there; true adds what the unit itself says";
    if (!made->left_out.empty()) draft.tail = {"Not taken over:"};
    for (const Diagnostic& line : made->left_out)
        draft.tail.push_back("- " + to_string(line));
    return draft;
}

enum class ImportKind { landlockconfig, landlockd, ours };

Result<ImportKind> kind_of(const ImportFile& file) {
    if (policy::looks_like_json(file.text)) return ImportKind::landlockconfig;
    const auto root = policy::parse_toml(file.text, file.path);
    if (!root) return tl::unexpected(root.error());
    if (policy::is_landlockconfig(*root)) return ImportKind::landlockconfig;
    if (policy::is_landlockd(*root)) return ImportKind::landlockd;
    return ImportKind::ours;
}

Result<policy::Draft> import_files(const std::vector<ImportFile>& files, const std::string& from) {
    ImportKind kind = from == "landlockd" ? ImportKind::landlockd : ImportKind::landlockconfig;
    if (from.empty()) {
        const auto found = kind_of(files.front());
        if (!found) return tl::unexpected(found.error());
        kind = *found;
    }
    if (kind == ImportKind::ours)
        return fail(files.front().path, "neither a landlockconfig file nor a landlockd policy",
                    "a policy of ringfence need not be imported; `ringfence check` reads it");
    if (kind == ImportKind::landlockconfig) return import_landlockconfig(files);
    const auto root = policy::parse_toml(files.front().text, files.front().path);
    if (!root) return tl::unexpected(root.error());
    return policy::import_landlockd(*root, files.front().path);
}

/// A fragment by its path, without drop-ins.
Result<unit::Unit> unit_from_file(const std::string& path) {
    auto file = read_operand(path);
    if (!file) return tl::unexpected(file.error());
    const auto name = unit::parse_service_name(path.substr(path.rfind('/') + 1));
    if (!name) return fail(path, "its file name is no name of a service unit");
    unit::Sources sources;
    sources.state = unit::Sources::State::present;
    sources.name = *name;
    sources.names = {name->full};
    sources.fragment = path;
    sources.fragment_text = std::move(file->text);
    return unit::parse(sources);
}

Result<unit::Unit> unit_by_name(const Site& site, const std::string& word) {
    const std::string full = word.ends_with(service_suffix) ? word : word + ".service";
    const auto name = unit::parse_service_name(full);
    if (!name) return fail(word, "is no name of a service unit, and no file");
    const auto map = unit::NameMap::build(site.root, site.units);
    const auto id = unit::parse_service_name(map.id(*name));
    auto sources = unit::Loader(site.root, map).read(id.value_or(*name));
    if (!sources) return tl::unexpected(sources.error());
    if (sources->state == unit::Sources::State::masked) return fail(full, "the unit is masked");
    if (sources->state == unit::Sources::State::missing) {
        const std::string near = nearest(full, map.all_names());
        return fail(full, "there is no such unit, and no such file",
                    near.empty() ? "" : fmt::format("did you mean {}?", near));
    }
    return unit::parse(*sources);
}

Result<policy::Draft> import_one_unit(const Site& site, const std::string& operand) {
    auto unit = operand.find('/') != std::string::npos ? unit_from_file(operand)
                                                       : unit_by_name(site, operand);
    if (!unit) return tl::unexpected(unit.error());
    Diagnostics problems;
    if (const auto* fragment = unit->fragment(); fragment != nullptr && fragment->fatal)
        problems.push_back(*fragment->fatal);
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    std::vector<std::string> interpreters;
    if (unit::last_setting(*unit, "RootDirectory") == nullptr &&
        unit::last_setting(*unit, "RootImage") == nullptr)
        for (const std::string& program : dropin::programs(*unit, {"ExecStart"}))
            if (const auto path = unit::expand_specifiers(program, unit->name))
                for (const std::string& found : dropin::find_interpreters(site.root, *path))
                    interpreters.push_back(found);
    return dropin::import_unit(*unit, interpreters);
}

bool means_unit(const std::string& operand, const std::string& from) {
    if (!from.empty()) return from == "unit";
    if (operand.ends_with(service_suffix)) return true;
    return operand.find('/') == std::string::npos && !is_file(operand) && !is_directory(operand);
}

Result<policy::Draft> make_draft(const Arguments& arguments) {
    const std::string from = arguments.value("from");
    if (means_unit(arguments.operands.front(), from)) {
        const auto site =
            open_site(arguments.has("root") ? arguments.value("root") : "/",
                      arguments.has("user") ? unit::Scope::user : unit::Scope::system);
        if (!site) return tl::unexpected(site.error());
        return import_one_unit(*site, arguments.operands.front());
    }
    const auto files = read_operands(arguments.operands);
    if (!files) return tl::unexpected(files.error());
    return import_files(*files, from);
}

std::string check_import(const Arguments& arguments) {
    const std::string from = arguments.value("from");
    if (arguments.operands.empty()) return "no file or unit given; --help explains";
    if (arguments.has("from") && from != "landlockconfig" && from != "landlockd" && from != "unit")
        return fmt::format(
            "--from: \"{}\" is not known; it takes landlockconfig, landlockd or unit", from);
    const bool several = arguments.operands.size() > 1 || is_directory(arguments.operands.front());
    if (several && !arguments.has("compose"))
        return "several files make one policy only with --compose, and then only what all of them "
               "restrict is restricted; import them one by one to keep each";
    if (arguments.has("compose") && !from.empty() && from != "landlockconfig")
        return "--compose is for landlockconfig files";
    return "";
}

}  // namespace

int run_import(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(import_options, words);
    if (!arguments) return import_usage(printable(to_string(arguments.error().front())));
    if (arguments->has("help")) return import_help();
    if (const std::string problem = check_import(*arguments); !problem.empty())
        return import_usage(problem);
    const auto draft = make_draft(*arguments);
    if (!draft) return import_failed(draft.error());
    const std::string text = policy::write_toml(*draft);
    if (!arguments->has("output")) {
        fmt::print("{}", text);
        return exit_success;
    }
    const std::string output = arguments->value("output");
    if (const auto written = replace_file(output, text, Durability::synced); !written)
        return import_failed({{{output}, "cannot be written: " + written.error().message(), ""}});
    return exit_success;
}

}  // namespace ringfence::cli
