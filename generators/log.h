// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a generator's messages go: the kernel's buffer when the system manager runs it (there is no
// journal yet at boot), stderr otherwise. "<PRIORITY>ringfence-generator[PID]: TEXT", as
// sd-daemon(3) and /dev/kmsg understand it.
#pragma once

#include <string>

#include "base/fd.h"

namespace ringfence::generator {

enum class Priority { error = 3, warning = 4, notice = 5, info = 6 };

class Log {
  public:
    /// `to_kernel`: try /dev/kmsg first.
    explicit Log(bool to_kernel);
    void write(Priority priority, const std::string& text) const;

  private:
    Fd kernel_;
    bool terminal_;
};

}  // namespace ringfence::generator
