// SPDX-License-Identifier: LGPL-2.1-or-later
// The problems of one file, collected by its readers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "base/diagnostic.h"

namespace ringfence::policy {

/// A reader keeps this many problems of one file. Nobody reads the hundredth message, and looking
/// for a "did you mean" for each mistake would take long in a file that is all wrong.
inline constexpr std::size_t most_problems = 100;

class Problems {
  public:
    /// Does nothing when there are most_problems already.
    void add(const Location& where, std::string message, std::string hint = {}) {
        if (!full()) all_.push_back({where, std::move(message), std::move(hint)});
    }
    void add(const Diagnostics& more) {
        for (const Diagnostic& problem : more)
            if (!full()) all_.push_back(problem);
    }

    bool empty() const { return all_.empty(); }
    /// Whether no further problem is kept. Then no hint for one needs to be looked for.
    bool full() const { return all_.size() >= most_problems; }

    /// Puts them in the order of the file.
    void sort() {
        std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
            return std::pair(a.where.line, a.where.column) <
                   std::pair(b.where.line, b.where.column);
        });
    }

    /// Takes them as the error of a Result.
    tl::unexpected<Diagnostics> take() { return tl::unexpected(std::move(all_)); }

  private:
    Diagnostics all_;
};

}  // namespace ringfence::policy
