// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/wrapper_report.h"

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "base/path.h"
#include "journal/fields.h"
#include "landlock/handling.h"
#include "landlock/report.h"
#include "landlock/rights.h"
#include "policy/model/name.h"
#include "policy/model/right_names.h"

namespace ringfence::journal {

namespace {

std::string text(Source& source, const char* name) {
    return std::string(source.field(name).value_or(""));
}

std::optional<std::uint64_t> number(Source& source, const char* name, std::uint64_t limit) {
    const auto value = parse_number(source.field(name).value_or(""));
    return value && *value <= limit ? value : std::nullopt;
}

bool is_lower_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// The wrapper entered no domain if it refused the start. If only the execution failed, an earlier
// report of the same start has announced the domains.
unsigned layers_of(Source& source) {
    const std::string status = text(source, "LANDLOCK_STATUS");
    if (status != report::status_enforced && status != report::status_degraded) return 0;
    if (source.field("MESSAGE_ID") == report::message_exec_failed) return 0;
    return static_cast<unsigned>(
        number(source, "LANDLOCK_LAYERS", landlock::max_layers).value_or(0));
}

constexpr char wrapper_name[] = "ringfence-exec";
constexpr std::size_t longest_policies = 1024;
constexpr std::size_t longest_digest = 64;

// Sets what journald says about the sender.
void set_sender(Source& source, WrapperReport& report) {
    report.boot = source.boot();
    report.time = source.time();
    report.unit = {text(source, "_SYSTEMD_UNIT"), text(source, "_SYSTEMD_USER_UNIT")};
    if (const auto pid = number(source, "_PID", std::numeric_limits<std::int32_t>::max()))
        report.pid = static_cast<std::int64_t>(*pid);
    if (const auto uid = number(source, "_UID", std::numeric_limits<std::uint32_t>::max()))
        report.uid = static_cast<std::uint32_t>(*uid);
    report.invocation = text(source, "_SYSTEMD_INVOCATION_ID");
    report.exe = text(source, "_EXE");
}

std::string policy_or_nothing(std::string policies) {
    if (policies.size() > longest_policies) return {};
    for (std::size_t at = 0; at <= policies.size();) {
        const std::size_t end = std::min(policies.find_first_of("+ ", at), policies.size());
        if (!policy::problem_with_name(std::string_view(policies).substr(at, end - at)).empty())
            return {};
        at = end + 1;
    }
    return policies;
}

std::string digest_or_nothing(std::string digest) {
    const bool possible =
        digest.size() <= longest_digest && std::all_of(digest.begin(), digest.end(), is_lower_hex);
    return possible ? digest : std::string();
}

}  // namespace

bool is_wrapper_message(std::string_view message_id) {
    return message_id == report::message_enforced || message_id == report::message_degraded ||
           message_id == report::message_refused || message_id == report::message_exec_failed;
}

bool is_wrapper(std::string_view exe) {
    return base_name(exe) == wrapper_name;
}

int abi_field(Source& source) {
    return static_cast<int>(number(source, "LANDLOCK_ABI", landlock::highest_abi).value_or(0));
}

std::string status_field(Source& source, int known_abi) {
    std::string status = text(source, "LANDLOCK_STATUS");
    if (status != report::status_enforced && status != report::status_degraded) return status;
    const std::string_view missing = source.field("LANDLOCK_UNENFORCED").value_or("");
    const bool says_why = status == report::status_enforced || !missing.empty();
    const int abi = abi_field(source);
    const bool complete =
        abi > 0 && says_why &&
        landlock::shortfall(policy::access_of(known_rights(missing)), abi, known_abi).empty();
    const bool stood_in = source.field("LANDLOCK_NOT_STOOD_IN").value_or("").empty();
    return complete && stood_in ? report::status_enforced : report::status_degraded;
}

std::string policy_field(Source& source) {
    return policy_or_nothing(text(source, "LANDLOCK_POLICY"));
}

std::string digest_field(Source& source) {
    return digest_or_nothing(text(source, "LANDLOCK_POLICY_DIGEST"));
}

std::vector<std::string> known_rights(std::string_view list) {
    std::vector<std::string> names;
    for (const landlock::Right& right : landlock::rights) {
        const std::string_view name = right.name;
        for (std::size_t at = list.find(name); at != std::string_view::npos;
             at = list.find(name, at + 1)) {
            const std::size_t end = at + name.size();
            if ((at != 0 && list[at - 1] != ',') || (end != list.size() && list[end] != ','))
                continue;
            names.emplace_back(name);
            break;
        }
    }
    return names;
}

bool is_tag(std::string_view comm) {
    const std::string_view prefix = report::tag_prefix;
    return comm.size() == report::tag_length && comm.starts_with(prefix) &&
           std::all_of(comm.begin() + report::tag_length - report::tag_digits, comm.end(),
                       is_lower_hex);
}

std::optional<WrapperReport> read_wrapper_report(Source& source) {
    WrapperReport report;
    report.tag = text(source, "LANDLOCK_TAG");
    if (!is_tag(report.tag)) return std::nullopt;
    set_sender(source, report);
    report.policy = policy_field(source);
    report.digest = digest_field(source);
    report.program = text(source, "LANDLOCK_PROGRAM");
    report.layers = layers_of(source);
    report.abi = abi_field(source);
    report.status = status_field(source);
    report.unenforced = known_rights(source.field("LANDLOCK_UNENFORCED").value_or(""));
    report.stood_in = known_rights(source.field("LANDLOCK_STOOD_IN").value_or(""));
    report.error = text(source, "LANDLOCK_ERROR");
    return report;
}

std::optional<WrapperReport> read_wrapper_line(Source& source) {
    if (source.field("_TRANSPORT") != "stdout") return std::nullopt;
    const std::string line = text(source, "MESSAGE");
    const std::size_t at = line.rfind(report::line_tag);
    if (!line.starts_with(report::line_prefix) || at == std::string::npos) return std::nullopt;
    // The word behind a key. No value has a blank in it.
    const auto word = [&](std::string_view key) {
        const std::size_t found = line.find(key, at);
        if (found == std::string::npos) return std::string();
        const std::size_t begin = found + key.size();
        return line.substr(begin, line.find(' ', begin) - begin);
    };
    WrapperReport report;
    report.tag = word(report::line_tag);
    if (!is_tag(report.tag)) return std::nullopt;
    set_sender(source, report);
    report.layers = static_cast<unsigned>(std::min<std::uint64_t>(
        parse_number(word(report::line_layers)).value_or(0), landlock::max_layers));
    report.policy = policy_or_nothing(word(report::line_policy));
    report.digest = digest_or_nothing(word(report::line_digest));
    return report;
}

// journald finds the invocation ID of a user's unit in a file that the user may write, so the unit
// is compared as well.
Result<std::vector<WrapperReport>> reports_of(Source& source, const std::string& invocation,
                                              const std::string& system_unit) {
    Selection selection;
    selection.pass = Pass::reports;
    selection.invocation = invocation;
    if (auto done = source.select(selection); !done) return tl::unexpected(done.error());
    std::vector<WrapperReport> reports;
    for (;;) {
        const auto more = source.next();
        if (!more) return tl::unexpected(more.error());
        if (!*more) return reports;
        if (source.field("_SYSTEMD_INVOCATION_ID") != invocation) continue;
        if (!is_wrapper_message(source.field("MESSAGE_ID").value_or(""))) continue;
        auto report = read_wrapper_report(source);
        const bool other = report && !system_unit.empty() &&
                           (report->unit.name != system_unit || !report->unit.user_name.empty());
        if (report && !other) reports.push_back(std::move(*report));
    }
}

}  // namespace ringfence::journal
