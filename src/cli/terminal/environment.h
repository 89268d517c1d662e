// SPDX-License-Identifier: LGPL-2.1-or-later
// Environment variables.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace ringfence::cli {

/// The value of a variable. Nothing if it is not set.
inline std::optional<std::string> environment(const std::string& name) {
    // Nothing changes the environment while threads run. NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace ringfence::cli
