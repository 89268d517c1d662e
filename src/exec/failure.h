// SPDX-License-Identifier: LGPL-2.1-or-later
// Why the program is not executed. Functions of the wrapper that can fail return bool and fill one
// of these; what they produce is set only when they return true.
#pragma once

#include "exec/text.h"
#include "landlock/report.h"

namespace ringfence::exec {

struct Failure {
    int status = report::exit_refused;  ///< of this process
    int error = 0;                      ///< errno of the system call that failed, 0 when none did
    Buffer<6144> text;                  ///< what failed, on what, why, what to do; one sentence
};

/// The text of errno values that the wrapper's system calls give; "error N" for others.
std::string_view error_text(int error);

/// Fills a failure of a system call: "WHAT PATH: why".
void set_failure(Failure* failure, int status, long result, std::string_view what,
                 std::string_view object);

}  // namespace ringfence::exec
