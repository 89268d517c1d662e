// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the generator's messages. When the system manager runs it, they go to the kernel's buffer,
// because there is no journal yet at boot; otherwise to standard error. A message is written as
// "<PRIORITY>ringfence-generator[PID]: TEXT", which sd-daemon(3) and /dev/kmsg understand.
#pragma once

#include <string>

#include "base/fd.h"

namespace ringfence::generator {

enum class Priority { error = 3, warning = 4, notice = 5, info = 6 };

enum class Sink {
    kernel,  ///< /dev/kmsg; standard error where that cannot be opened
    standard_error,
};

class Log {
  public:
    explicit Log(Sink sink);
    void write(Priority priority, const std::string& text) const;

  private:
    Fd kernel_;
    bool terminal_;
};

}  // namespace ringfence::generator
