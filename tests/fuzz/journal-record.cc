// SPDX-License-Identifier: LGPL-2.1-or-later
// Audit records, which a fenced process can influence. Any bytes must be parsed or refused. A line
// of auditd's log, and one of the kernel's with any prefix, must give the same as the message in
// the journal. A suggestion that is made from a record must be TOML without control characters.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "journal/audit_entry.h"
#include "journal/audit_line.h"
#include "journal/denial.h"
#include "journal/fields.h"
#include "journal/generalise.h"
#include "journal/record.h"
#include "journal/suggest.h"
#include "journal/wrapper_report.h"

using namespace ringfence;
using namespace ringfence::journal;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

bool is_clean(std::string_view text) {
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.length == 0) return false;
        if (is_hidden(character.code) && character.code != '\n') return false;
        text.remove_prefix(character.length);
    }
    return true;
}

Denial denial_of(const AccessRecord& record) {
    DenialEvent event;
    event.access = record;
    Denial denial;
    denial.attribution.reason = Reason::attributed;
    denial.attribution.policy = record.object.comm;
    denial.what = key_of(event);
    denial.tally = tally_of(std::move(event));
    return denial;
}

void check_suggestion(const AccessRecord& record) {
    SuggestOptions force;
    force.forced = {"/"};
    // The present policy allows half of the proposals.
    ringfence::policy::Layer layer;
    layer.abi = 7;
    layer.paths = {{"/etc", false, ringfence::landlock::known_at(1), {}}};
    force.policies[record.object.comm].layers = {layer};
    for (const SuggestOptions& options : {SuggestOptions{}, force})
        for (const Suggestion& suggestion : suggest({denial_of(record)}, options))
            check(is_clean(to_toml(suggestion)));
}

// The record that the kernel would have printed. The prefix of a log changes nothing.
void check_printed(const std::string& type, const std::string& rest) {
    const std::string message = "audit: type=" + type + " audit(1.002:3): " + rest;
    const auto entry = entry_of_kernel_message(message);
    if (entry) check(entry->serial == 3 && entry->message == std::string(entry->type) + " " + rest);
    std::string buffer;
    for (const char* prefix : {"", "[    1.2] ", "Nov 30 19:39:14 vm kernel: "}) {
        const std::string line = prefix + message;
        const LogLine parsed = parse_log_line(line, buffer);
        const bool blank = rest.empty() || rest.back() == ' ' || rest.back() == '\r';
        if (entry && !blank) check(parsed.of_kernel && parsed.record.text == rest);
    }
}

// No line that looks like a denial is passed over.
void check_any_line(const std::string& line) {
    std::string buffer;
    const LogLine parsed = parse_log_line(line, buffer);
    if (looks_like_denial(line)) check(parsed.kind != LogLineKind::unknown);
    static_cast<void>(entry_of_kernel_message(line));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto record = parse_record(text);
    if (record)
        if (const auto* access = std::get_if<AccessRecord>(&*record)) {
            check(!access->blockers.empty());
            check_suggestion(*access);
        }
    const std::size_t space = text.find(' ');
    if (space != std::string::npos) {
        const std::string log =
            "type=" + text.substr(0, space) + " msg=audit(1.002:3): " + text.substr(space + 1);
        const auto line = parse_audit_line(log);
        const bool same = line && text == std::string(line->type) + " " + std::string(line->text);
        check_printed(text.substr(0, space), text.substr(space + 1));
        if (same) check(line->serial == 3 && line->time == Time{std::chrono::milliseconds{1002}});
    }
    static_cast<void>(parse_audit_line(text));
    check_any_line(text);
    static_cast<void>(shape_of(text, 42));
    static_cast<void>(names_process(text));
    return 0;
}
