// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence import`: ringfence-import(1).
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/path.h"
#include "cli/site/config.h"
#include "cli/site/operand.h"
#include "cli/site/site.h"
#include "cli/site/target.h"
#include "cli/terminal/output.h"
#include "cli/terminal/problems.h"
#include "cli/verbs.h"
#include "dropin/import_unit.h"
#include "dropin/inherit.h"
#include "dropin/interpreter.h"
#include "policy/interop/landlockconfig.h"
#include "policy/interop/landlockd.h"
#include "policy/language/draft.h"
#include "policy/language/json.h"
#include "unit/specifier.h"

namespace ringfence::cli {

namespace {

// A bare word is a unit, unless there is a file or a directory of that name.
Operand import_operand(const std::string& word) {
    Operand operand = read_operand(word);
    std::error_code ignored;
    const bool bare = operand.kind == Operand::Kind::name;
    if (bare && std::filesystem::exists(word, ignored))
        operand.kind = read_operand("./" + word).kind;
    return operand;
}

// A directory stands for the files in it that landlockconfig would read.
Result<std::vector<Operand>> files_in(const std::string& directory) {
    const auto root = Root::open(directory);
    const auto entries = root ? root->list(".") : tl::unexpected(root.error());
    if (!entries) return fail(directory, "cannot be listed: " + entries.error().message());
    std::vector<Operand> files;
    for (const DirectoryEntry& entry : *entries)
        if (entry.name[0] != '.' && entry.type != DT_DIR &&
            (entry.name.ends_with(".json") || entry.name.ends_with(".toml")))
            files.push_back({Operand::Kind::file, directory + "/" + entry.name});
    if (files.empty()) return fail(directory, "there is no .json and no .toml file in it");
    return files;
}

Result<std::vector<PolicyFile>> read_files(const std::vector<std::string>& words) {
    std::vector<PolicyFile> files;
    Diagnostics problems;
    for (const std::string& word : words) {
        Result<std::vector<Operand>> operands = std::vector{import_operand(word)};
        if (operands->front().kind == Operand::Kind::directory) operands = files_in(word);
        if (!operands) return tl::unexpected(operands.error());
        for (const Operand& operand : *operands) {
            auto file = read_policy_file(operand);
            if (file)
                files.push_back(std::move(*file));
            else
                problems.insert(problems.end(), file.error().begin(), file.error().end());
        }
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return files;
}

Result<policy::Draft> import_landlockconfig(const std::vector<PolicyFile>& files) {
    std::optional<policy::LandlockConfig> all;
    std::string names;
    Diagnostics problems;
    for (const PolicyFile& file : files) {
        auto config = policy::parse_landlockconfig(file.text, file.file);
        if (!config) {
            problems.insert(problems.end(), config.error().begin(), config.error().end());
            continue;
        }
        names += (names.empty() ? "" : ", ") + file.file;
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
    draft.inherit_comment = "the unit's own settings add no rules; true adds them";
    if (!made->left_out.empty()) draft.tail = {"Not taken over:"};
    for (const Diagnostic& line : made->left_out)
        draft.tail.push_back("- " + to_string(line));
    return draft;
}

enum class ImportKind { landlockconfig, landlockd, ours };

Result<ImportKind> kind_of(const PolicyFile& file) {
    if (policy::looks_like_json(file.text)) return ImportKind::landlockconfig;
    const auto root = policy::parse_toml(file.text, file.file);
    if (!root) return tl::unexpected(root.error());
    if (policy::is_landlockconfig(*root)) return ImportKind::landlockconfig;
    if (policy::is_landlockd(*root)) return ImportKind::landlockd;
    return ImportKind::ours;
}

Result<policy::Draft> import_files(const std::vector<PolicyFile>& files, const std::string& from) {
    ImportKind kind = from == "landlockd" ? ImportKind::landlockd : ImportKind::landlockconfig;
    if (from.empty()) {
        const auto found = kind_of(files.front());
        if (!found) return tl::unexpected(found.error());
        kind = *found;
    }
    if (kind == ImportKind::ours)
        return fail(files.front().file, "neither a landlockconfig file nor a landlockd policy",
                    "a policy of ringfence need not be imported; `ringfence check` reads it");
    if (kind == ImportKind::landlockconfig) return import_landlockconfig(files);
    const auto root = policy::parse_toml(files.front().text, files.front().file);
    if (!root) return tl::unexpected(root.error());
    return policy::import_landlockd(*root, files.front().file);
}

/// Reads a unit from one file. Its drop-ins are not read.
Result<unit::Unit> unit_from_file(const std::string& path) {
    auto file = read_policy_file({Operand::Kind::file, path});
    if (!file) return tl::unexpected(file.error());
    const auto name = unit::parse_service_name(base_name(path));
    if (!name)
        return fail(path, "the file name is not the name of a service unit",
                    "it must end in \".service\"");
    unit::Sources sources;
    sources.state = unit::Sources::State::present;
    sources.name = *name;
    sources.names = {name->full};
    sources.fragment = path;
    sources.fragment_text = std::move(file->text);
    return unit::parse(sources);
}

Result<unit::Unit> unit_by_name(const Site& site, const std::string& word) {
    const auto target = TargetFinder(site, nullptr).find(word);
    if (!target) return tl::unexpected(target.error());
    return unit::parse(target->sources);
}

Result<policy::Draft> import_one_unit(const Site& site, const std::string& operand) {
    const bool file = import_operand(operand).kind == Operand::Kind::file;
    auto unit = file ? unit_from_file(operand) : unit_by_name(site, operand);
    if (!unit) return tl::unexpected(unit.error());
    if (const auto* fragment = unit->fragment(); fragment != nullptr && fragment->fatal)
        return fail(*fragment->fatal);
    std::vector<std::string> interpreters;
    if (unit::last_setting(*unit, "RootDirectory") == nullptr &&
        unit::last_setting(*unit, "RootImage") == nullptr)
        for (const std::string& program : dropin::programs(*unit, {"ExecStart"}))
            if (const auto path = unit::expand_specifiers(program, unit->name))
                for (const std::string& found : dropin::find_interpreters(site.root, *path))
                    interpreters.push_back(found);
    return dropin::import_unit(*unit, interpreters);
}

// A path that ends in ".service" means a unit, too.
bool means_unit(const std::string& word, const std::string& from) {
    using Kind = Operand::Kind;
    if (!from.empty()) return from == "unit";
    const Kind kind = import_operand(word).kind;
    return kind == Kind::unit || kind == Kind::name || word.ends_with(".service");
}

Result<policy::Draft> make_draft(const Arguments& arguments) {
    const std::string from = arguments.value("from");
    const auto site = open_site(arguments);
    if (!site) return tl::unexpected(site.error());
    if (means_unit(arguments.operands.front(), from))
        return import_one_unit(*site, arguments.operands.front());
    const auto files = read_files(arguments.operands);
    if (!files) return tl::unexpected(files.error());
    return import_files(*files, from);
}

// Checks what the table of options cannot express.
Result<void> check_import(const Arguments& arguments) {
    const auto& operands = arguments.operands;
    const std::string from = arguments.value("from");
    const bool several =
        operands.size() > 1 || import_operand(operands.front()).kind == Operand::Kind::directory;
    if (several && !arguments.has("compose"))
        return fail(
            "", "several files make one policy only with --compose",
            "it restricts only what all of the files restrict; import the files one by one to "
            "keep all their restrictions");
    if (arguments.has("compose") && !from.empty() && from != "landlockconfig")
        return fail("", "--compose works with landlockconfig files only",
                    "leave out --from or --compose");
    return {};
}

int run_import(const Arguments& arguments) {
    if (const auto good = check_import(arguments); !good) return misused(good.error());
    const auto draft = make_draft(arguments);
    if (!draft) return failed(draft.error());
    const auto written = write_output(arguments.value(output_option.name),
                                      RINGFENCE_SCHEMA_LINE("policy") + policy::write_toml(*draft),
                                      Durability::synced);
    return written ? exit_success : failed(written.error());
}

constexpr const char* import_kinds[] = {"landlockconfig", "landlockd", "unit"};

constexpr Option import_options[] = {
    {"from", 0, "KIND", "landlockconfig, landlockd or unit; without it, the contents decide",
     import_kinds},
    {"compose", 0, nullptr, "make one policy of several files by landlockconfig's own rule"},
    output_option,
    root_option,
    user_option,
    help_option,
};

constexpr ExitStatus import_statuses[] = {
    {exit_success, "the policy was written"},
    {exit_failure, "a file or unit could not be read, is not valid, or nothing could be written"},
    usage_status,
};

}  // namespace

constinit const Verb import_verb = {
    "import",
    "make a policy of another format or of a unit's directives",
    "Translate a landlockconfig file, a landlockd policy or a unit's own sandboxing directives "
    "into\n"
    "a policy, for you to review. What has no equivalent is named in comments at its end.",
    {import_options, {}, "FILE…|UNIT", {1}},
    import_statuses,
    "ringfence-import(1)",
    run_import,
};

}  // namespace ringfence::cli
