// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds names that will be different next time. A rule on such a name would not allow the next
// access.
//
// These are the rules. Each needs the evidence that it names; without it, the file is proposed:
//  - /proc/PID/… contains a process ID. Only a rule on /proc would last, so one denial is enough
//    evidence. Unless forced, the rule is refused like everything that shows all processes
//    (suspicion.h).
//  - The process's own ID in a name ("x.4711" by process 4711), random parts as mkstemp(3) makes
//    them, UUIDs, long hexadecimal numbers and dates: two names that differ only there.
//  - Other numbers ("page-1", "page-2"): four such names.
//  - A file is replaced by renaming, so a rule on its inode would be lost. The evidence is that the
//    inode changed while the name stayed; or that writing the file was denied, and in its directory
//    both creating and removing or renaming; or that logrotate(8) renames such a log file.
// Then the same rights on the directory are proposed. If the directory is shared
// (places::is_shared_directory()), it is never proposed, and a temporary name there gets no rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::journal {

enum class Variation : std::uint8_t { none, number, date, random, process };

struct Shape {
    Variation variation = Variation::none;  ///< the strongest one in the name
    std::string pattern;                    ///< the name with "*" for each varying part
};

/// Finds what varies in a file's name. `pid`: the ID of the process that was denied.
Shape shape_of(std::string_view name, std::optional<std::int64_t> pid);

/// The number of different names with one pattern that is needed as evidence.
std::size_t evidence_needed(Variation variation);

/// "numbered names", "dated names", …
const char* name_of(Variation variation);

/// Whether a path is /proc/PID or beneath it.
bool names_process(std::string_view path);

}  // namespace ringfence::journal
