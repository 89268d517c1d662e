// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that will be others next time. A rule on one of them would allow what is over.
//
// Rules, each of which needs the evidence named; without it the file itself is proposed:
//  - /proc/PID/…: a process ID. The rule is on /proc; one denial suffices, since no other rule
//    could last.
//  - The process's own ID in a name ("x.4711", by process 4711), random parts as mkstemp(3) makes
//    them, UUIDs and long hexadecimal numbers, dates: two names that differ only there.
//  - Other numbers ("page-1", "page-2"): four such names.
//  - A file that was another one later (its inode changed while its name stayed), or one that was
//    denied being written in a directory where creating and removing or renaming was denied, too:
//    it is replaced by renaming, and a rule on a file is one on its inode.
// What is proposed then is the same rights on the directory. Never on a directory that services
// share (/tmp, /etc, …): a temporary name there has no rule at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::journal {

enum class Variation : std::uint8_t { none, number, date, random, process };

struct Shape {
    Variation variation = Variation::none;  ///< the strongest part
    std::string pattern;                    ///< the name with "*" for what varies
};

/// What of a file's name varies. `pid`: of the process that was denied.
Shape shape_of(std::string_view name, std::optional<std::int64_t> pid);

/// How many different names of one pattern are evidence.
std::size_t evidence_needed(Variation variation);

/// "numbered names", "dated names", …
const char* name_of(Variation variation);

/// Whether a path is /proc/PID or beneath it.
bool names_process(std::string_view path);

/// Whether services share this directory, so that a rule on it would cover others' files.
bool is_shared_directory(std::string_view directory);

}  // namespace ringfence::journal
