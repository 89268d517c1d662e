// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/request.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/path.h"
#include "cli/terminal/time_argument.h"
#include "landlock/rights.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

namespace {

// Blockers that are not rights (journal/record.h).
constexpr const char* other_blockers[] = {"ptrace", "fs.change_topology"};

// The unit may not exist any more, and the operand may be a pattern. So the unit is not looked up.
std::string unit_pattern(const std::string& operand) {
    return operand.find_first_of(".*") == std::string::npos ? operand + ".service" : operand;
}

// "read_file" and "read file" (the word in the table) stand for "fs.read_file".
Result<std::string> right_name(std::string word) {
    std::replace(word.begin(), word.end(), ' ', '_');
    std::vector<std::string> names = policy::right_names(landlock::known_at(landlock::newest_abi));
    names.insert(names.end(), std::begin(other_blockers), std::end(other_blockers));
    for (const std::string& name : names)
        if (name == word || name.substr(name.find('.') + 1) == word) return name;
    const std::string near = nearest(word, names);
    return fail(
        "--right", fmt::format("\"{}\" is no right", word),
        near.empty() ? "ringfence-denials(1) names them" : fmt::format("did you mean {}?", near));
}

DenialsTask task_of(const Arguments& arguments) {
    // --apply shows what it writes, so --suggest beside it adds nothing.
    if (arguments.has("apply")) return DenialsTask::apply;
    if (arguments.has("suggest")) return DenialsTask::suggest;
    if (arguments.has("undo")) return DenialsTask::undo;
    return arguments.has("follow") ? DenialsTask::follow : DenialsTask::show;
}

DenialsForm form_of(const Arguments& arguments) {
    // With --json, --verbose does not choose the form: it adds the records to the document.
    if (arguments.has("json")) return DenialsForm::json;
    if (arguments.has("summary")) return DenialsForm::summary;
    return arguments.has("verbose") ? DenialsForm::details : DenialsForm::table;
}

Result<void> check_request(const DenialsRequest& request) {
    const auto& choice = request.choice;
    if (request.current_boot && !choice.local())
        return fail("", "--boot is about this machine's own journal", "use --since with files");
    if (request.task == DenialsTask::follow && !(choice.files.empty() && choice.audit_logs.empty()))
        return fail("", "--follow is about a journal that is being written",
                    "use it alone or with --directory");
    if (request.review.since > request.review.until)
        return fail("", "--since is after --until", "exchange them");
    if (request.task == DenialsTask::undo && request.review.filter.policies.size() != 1)
        return fail("", "--undo needs the policy whose change it shall take back",
                    "give --policy=NAME");
    const auto standard_inputs =
        std::count(choice.files.begin(), choice.files.end(), "-") +
        std::count(choice.audit_logs.begin(), choice.audit_logs.end(), "-");
    if (standard_inputs > 1) return fail("", "standard input can be read once", "give one \"-\"");
    return {};
}

Result<void> read_filter(const Arguments& arguments, journal::Filter& filter) {
    for (const auto& list : {arguments.operands, arguments.values("unit")})
        for (const std::string& unit : list)
            filter.units.push_back(unit_pattern(unit));
    filter.policies = arguments.values("policy");
    filter.paths = arguments.values("path");
    for (const std::string& word : arguments.values("right")) {
        auto name = right_name(word);
        if (!name) return tl::unexpected(name.error());
        filter.rights.add(*name);
    }
    return {};
}

Result<void> read_forced(const Arguments& arguments, std::set<std::string>& forced) {
    for (const std::string& path : arguments.values("force")) {
        if (!path.starts_with('/') || simplify_path(path) == "/")
            return fail("", fmt::format("--force={}: not the path of a refused denial", path),
                        "give the path that the reason is about: --force=/srv/app/data");
        forced.insert(simplify_path(path));
    }
    return {};
}

Result<void> read_times(const Arguments& arguments, Time now, journal::ReviewOptions& review) {
    for (const auto& [option, time] :
         {std::pair("since", &review.since), std::pair("until", &review.until)}) {
        if (!arguments.has(option)) continue;
        const auto given = time_option(arguments, option, "", now);
        if (!given) return tl::unexpected(given.error());
        *time = *given;
    }
    return {};
}

}  // namespace

Result<DenialsRequest> read_denials_request(const Arguments& arguments, Time now) {
    DenialsRequest request;
    request.task = task_of(arguments);
    request.form = form_of(arguments);
    request.current_boot = arguments.has("boot");
    request.choice.directory = arguments.value("directory");
    request.choice.files = arguments.values("file");
    request.choice.audit_logs = arguments.values("audit-log");
    if (request.task == DenialsTask::follow) request.review.live_from = now;
    request.review.keep_records = arguments.has("verbose");
    if (auto done = read_forced(arguments, request.forced); !done)
        return tl::unexpected(done.error());
    if (auto done = read_filter(arguments, request.review.filter); !done)
        return tl::unexpected(done.error());
    if (auto done = read_times(arguments, now, request.review); !done)
        return tl::unexpected(done.error());
    if (auto done = check_request(request); !done) return tl::unexpected(done.error());
    return request;
}

}  // namespace ringfence::cli
