// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/follow.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "cli/denials/json.h"
#include "cli/denials/text.h"
#include "cli/site/journal_source.h"
#include "cli/terminal/terminal.h"
#include "cli/terminal/time_argument.h"

namespace ringfence::cli {

using journal::Denial;

namespace {

// The records of an event arrive within a few milliseconds of each other. After this time a denial
// is printed even if some of them or the report of its fence is missing.
constexpr auto grace = std::chrono::milliseconds(100);
constexpr auto poll = std::chrono::milliseconds(20);
// journald notifies readers only once in 250 ms (POST_CHANGE_TIMER_INTERVAL_USEC in
// journal-file.c). Looking more often costs next to nothing.
constexpr auto idle = std::chrono::milliseconds(100);

void print(const std::vector<Denial>& denials, const DenialsRequest& request) {
    const Terminal terminal = standard_output();
    for (const Denial& denial : denials)
        fmt::print("{}", request.form == DenialsForm::json ? to_json_line(denial)
                                                           : to_line(denial, terminal, now()));
    if (!denials.empty()) std::fflush(stdout);
}

}  // namespace

Result<void> follow_denials(const DenialsRequest& request) {
    auto opened = open_live_source(request.choice);
    if (!opened) return tl::unexpected(opened.error());
    journal::LiveSource& source = *opened->source;
    journal::ReviewOptions options = request.review;
    options.pids_comparable = opened->pids_comparable;
    journal::Reader reader(source, options);
    if (auto done = reader.read_identities(); !done) return done;
    const bool since = options.since != Time::min();
    if (auto done = source.follow(since ? options.since : *options.live_from, options.boot); !done)
        return done;
    for (;;) {
        auto found = source.next();
        if (!found) return tl::unexpected(found.error());
        if (*found) reader.take_live();
        // While older entries are read, their time counts and not the present: the next entry may
        // complete an event.
        const Time clock = *found ? std::min(source.time(), now()) : now();
        const auto denials = reader.ready(clock - grace);
        if (!denials) return tl::unexpected(denials.error());
        print(*denials, request);
        if (*found) continue;
        const std::chrono::microseconds longest =
            reader.waiting() ? poll : std::chrono::microseconds(idle);
        if (auto done = source.wait(longest); !done) return done;
    }
}

}  // namespace ringfence::cli
