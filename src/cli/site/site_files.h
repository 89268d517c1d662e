// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes and removes files beneath a Root.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/root.h"

namespace ringfence::cli {

/// Replaces or makes a file, and makes the directories above it. Links are followed inside the
/// root. When the function returns, the file is on the disk. Errors name the path.
Result<void> write_file(const Root& root, const std::string& path, const std::string& text);

/// Removes a file, and its directory if the directory is then empty.
Result<void> remove_file(const Root& root, const std::string& path);

}  // namespace ringfence::cli
