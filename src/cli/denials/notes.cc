// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/notes.h"

#include <fmt/format.h>

#include "base/number.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

using journal::Review;

namespace {

void note(std::uint64_t count, const char* text) {
    if (count != 0) print_note(fmt::format("{} {}", count, text));
}

// What the kernel's log does to records.
void print_log_notes(const Review& review) {
    if (!review.proved && review.records != 0)
        print_note(
            "these denials are not proved, because users or other programs can write such lines to "
            "this log (logger -t kernel, /dev/kmsg); the journal and auditd's own log prove "
            "theirs");
    note(review.unread,
         "lines or entries look like records of denials and were not read: their form is unknown, "
         "or another program than the kernel wrote them. \"journalctl -o export\", \"ausearch "
         "--raw\" and "
         "dmesg write forms that are read");
    note(review.cut,
         "denials have no object, because the kernel's log or a syslog daemon cut their records");
    note(review.losses.unprinted,
         "audit records or more were not written to the kernel's log (ten messages in five seconds "
         "are); the counts are too low. systemd-journald-audit.socket or auditd gets all");
}

}  // namespace

void print_notes(const Review& review, DenialsForm form) {
    print_log_notes(review);
    note(review.malformed, "Landlock records could not be parsed");
    note(review.unreadable, "lines are not records and were left out");
    note(review.elsewhere,
         "more denials could not be attributed to any unit; run without UNIT and --policy to see "
         "them");
    note(review.uncounted,
         "denials are in no group, because too many are different or of one event; narrow the "
         "search with --since or a unit");
    std::uint64_t left_out = review.left_out;
    for (const auto& [user, count] : review.left_out_users) {
        left_out -= count;
        print_note(
            fmt::format("{} domains of user {} were left out, because it made more than is kept; "
                        "their denials have no unit",
                        count, user));
    }
    note(
        left_out,
        "domains were left out, because there are too many, and their denials have no unit; --boot "
        "reads fewer");
    for (const auto& [unit, count] : review.dropped)
        print_note(
            fmt::format("{} reports of {} were left out, because it sent more than is kept; "
                        "its own denials may have no unit",
                        count, printable(unit)));
    note(review.losses.audit,
         "audit records were lost in these boots (the kernel's backlog or rate limit); the counts "
         "are too low. \"auditctl -b\" raises the backlog");
    note(review.losses.suppressed,
         "messages were suppressed by journald's rate limit; wrappers' reports may be among them. "
         "RateLimitBurst= in journald.conf(5) sets the limit");
    note(review.losses.missed, "messages of the kernel were missed by journald");
    std::uint64_t missing = 0;
    for (const journal::UnitCount& unit : review.units)
        missing = add_saturated(missing, unit.missing());
    if (form != DenialsForm::summary)
        note(missing,
             "denials that the kernel counted are not in the journal; --summary shows whose");
}

}  // namespace ringfence::cli
