// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes a review as a table, or as short lines if the terminal is too narrow for a table.
#pragma once

#include <string>

#include "cli/terminal/terminal.h"
#include "journal/review.h"

namespace ringfence::cli {

/// Texts from the journal are escaped. The result is empty for a review without denials.
std::string to_text(const journal::Review& review, const Terminal& terminal, Time now);

/// All details of every group, with the records of its last event if they were kept.
std::string to_details(const journal::Review& review, const Terminal& terminal, Time now);

/// The units with the numbers of their denials, logged and counted by the kernel. The result is
/// empty without units.
std::string to_summary(const journal::Review& review, const Terminal& terminal);

/// One denial in one line: time, unit, rights, object, program.
std::string to_line(const journal::Denial& denial, const Terminal& terminal, Time now);

/// "nginx.service". Without a unit: the units that the tag names without proof, as
/// "nginx.service?", or the name of the domain's creator in parentheses. Safe to print.
std::string unit_of(const journal::Attribution& attribution);

/// Whether a unit's name needs its host beside it. It does if the denials are of several machines.
enum class HostNames { left_out, shown };
HostNames host_names_of(const journal::Review& review);

/// "web1:nginx.service", or the unit alone. `unit` must be safe to print, and the result is.
std::string with_host(HostNames names, const std::string& host, const std::string& unit);

}  // namespace ringfence::cli
