// SPDX-License-Identifier: LGPL-2.1-or-later
// Writing and removing files beneath a Root.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/root.h"

namespace ringfence::cli {

/// Replaces or makes a file, and the directories above it; links are followed inside the root. On
/// the disk when it returns. Errors: each with the path.
Result<void> write_file(const Root& root, const std::string& path, const std::string& text);

/// Removes a file, and its directory if that is empty then.
Result<void> remove_file(const Root& root, const std::string& path);

}  // namespace ringfence::cli
