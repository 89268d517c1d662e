// SPDX-License-Identifier: LGPL-2.1-or-later
// A review as a table, or as stacked lines where a table does not fit.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "journal/review.h"

namespace ringfence::cli {

/// Nothing from the journal gets into the text unescaped. Empty for a review without denials.
std::string to_text(const journal::Review& review, const Terminal& terminal, journal::Time now);

/// Every group in detail, with the records of its last event where they were kept.
std::string to_details(const journal::Review& review, const Terminal& terminal, journal::Time now);

/// The units, their denials, and the kernel's count; empty without units.
std::string to_summary(const journal::Review& review, const Terminal& terminal);

/// One denial in one line: time, unit, rights, object, program.
std::string to_line(const journal::Denial& denial, const Terminal& terminal, journal::Time now);

/// "nginx.service"; for one without a unit those that it claims, "nginx.service?", or the name of
/// its creator in parentheses. Safe to print.
std::string unit_of(const journal::Attribution& attribution);

bool several_machines(const journal::Review& review);

}  // namespace ringfence::cli
