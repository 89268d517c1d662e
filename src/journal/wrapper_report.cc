// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/wrapper_report.h"

#include <algorithm>
#include <limits>

#include "journal/fields.h"
#include "landlock/report.h"
#include "landlock/rights.h"

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

// A report of a refused start entered no domain, and that of a failed exec follows one that did.
unsigned layers_of(Source& source) {
    const std::string status = text(source, "LANDLOCK_STATUS");
    if (status != report::status_enforced && status != report::status_degraded) return 0;
    if (source.field("MESSAGE_ID") == report::message_exec_failed) return 0;
    return static_cast<unsigned>(
        number(source, "LANDLOCK_LAYERS", landlock::max_layers).value_or(0));
}

std::vector<std::string> words(const std::string& list) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t comma = std::min(list.find(',', at), list.size());
        all.push_back(list.substr(at, comma - at));
        at = comma + 1;
    }
    return all;
}

}  // namespace

bool is_wrapper_message(std::string_view message_id) {
    return message_id == report::message_enforced || message_id == report::message_degraded ||
           message_id == report::message_refused || message_id == report::message_exec_failed;
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
    report.boot = source.boot();
    report.unit = {text(source, "_SYSTEMD_UNIT"), text(source, "_SYSTEMD_USER_UNIT")};
    if (const auto pid = number(source, "_PID", std::numeric_limits<std::int32_t>::max()))
        report.pid = static_cast<std::int64_t>(*pid);
    if (const auto uid = number(source, "_UID", std::numeric_limits<std::uint32_t>::max()))
        report.uid = static_cast<std::uint32_t>(*uid);
    report.exe = text(source, "_EXE");
    report.policy = text(source, "LANDLOCK_POLICY");
    report.digest = text(source, "LANDLOCK_POLICY_DIGEST");
    report.program = text(source, "LANDLOCK_PROGRAM");
    report.layers = layers_of(source);
    report.status = text(source, "LANDLOCK_STATUS");
    report.unenforced = words(text(source, "LANDLOCK_UNENFORCED"));
    report.error = text(source, "LANDLOCK_ERROR");
    return report;
}

Result<std::vector<WrapperReport>> reports_of(Source& source, const std::string& invocation) {
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
        if (auto report = read_wrapper_report(source)) reports.push_back(std::move(*report));
    }
}

}  // namespace ringfence::journal
