// SPDX-License-Identifier: LGPL-2.1-or-later
// Audit records, which a fenced process can influence. Any bytes must be parsed or refused. A line
// of auditd's log must give the same as the message in the journal. A suggestion that is made from
// a record must be TOML without control characters.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "journal/audit_log.h"
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
        if (same) check(line->serial == 3 && line->time == Time{std::chrono::milliseconds{1002}});
    }
    static_cast<void>(parse_audit_line(text));
    static_cast<void>(shape_of(text, 42));
    static_cast<void>(names_process(text));
    return 0;
}
