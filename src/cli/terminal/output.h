// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes texts for other programs to a file or to standard output.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/replace_file.h"

namespace ringfence::cli {

/// Replaces `file` as a whole, so that readers see either the old text or the new one. "-" or an
/// empty name means standard output. Errors: the file cannot be written.
Result<void> write_output(const std::string& file, const std::string& text, Durability durability);

}  // namespace ringfence::cli
