// SPDX-License-Identifier: LGPL-2.1-or-later
// Denials in words, for people.
#pragma once

#include <string>
#include <vector>

#include "journal/review.h"

namespace ringfence::cli {

/// "read file" for fs.read_file: the kernel's names without family, a comma between several.
std::string words_of(const std::vector<std::string>& rights);

/// "/etc/shadow", "port 81", "127.0.0.1 port 6379", "systemd (pid 4711)", "@bus", "/run/x.sock".
/// Safe to print.
std::string object_of(const journal::Denial& denial);

/// The denied program, safe to print; "?" when no record names it.
std::string program_of(const journal::Denial& denial);

/// "08:10:59" for a time of the same day as `now`, "Nov 21 08:10:59" of the same year, else with
/// the year; local time.
std::string time_of(journal::Time time, journal::Time now);

}  // namespace ringfence::cli
