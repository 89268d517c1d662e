// SPDX-License-Identifier: LGPL-2.1-or-later
// The reason why the program is not executed. Functions of the wrapper that can fail return bool,
// and fill a Failure when they return false. They set their results only when they return true.
#pragma once

#include "exec/text.h"
#include "landlock/report.h"

namespace ringfence::exec {

struct Failure {
    int status = report::exit_refused;  ///< exit status of this process
    int error = 0;                      ///< errno of the system call that failed; 0 if none did
    Buffer<6144> text;                  ///< what failed, on what, why, what to do; one sentence
};

/// The text of an errno value that the wrapper's system calls can give; empty for others.
std::string_view error_text(int error);

/// Fills in a failure of a system call, with the text "WHAT OBJECT: ERROR". `result` is -errno.
void set_failure(Failure* failure, int status, long result, std::string_view what,
                 std::string_view object);

}  // namespace ringfence::exec
