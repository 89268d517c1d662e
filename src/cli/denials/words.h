// SPDX-License-Identifier: LGPL-2.1-or-later
// Describes denials in words, for people.
#pragma once

#include <string>
#include <vector>

#include "journal/review.h"

namespace ringfence::cli {

/// "read file" for fs.read_file: the kernel's names without their family, separated by commas.
std::string words_of(const journal::Blockers& blockers);

/// "/etc/shadow", "port 81", "127.0.0.1 port 6379", "systemd (pid 4711)", "@bus", "/run/x.sock".
/// Safe to print.
std::string object_of(const journal::Denial& denial);

/// The denied program, safe to print. "?" if no record names it.
std::string program_of(const journal::Denial& denial);

}  // namespace ringfence::cli
