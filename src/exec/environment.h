// SPDX-License-Identifier: LGPL-2.1-or-later
// The environment of the process, in its place on the initial stack.
#pragma once

#include <string_view>

namespace ringfence::exec {

class Environment {
  public:
    explicit Environment(char** variables) : variables_(variables) {}

    /// The value, NUL-terminated; nullptr when unset.
    const char* get(std::string_view name) const;
    /// Removes every setting of `name`, in place and in order.
    void unset(std::string_view name);

    char* const* variables() const { return variables_; }

  private:
    char** variables_;
};

}  // namespace ringfence::exec
