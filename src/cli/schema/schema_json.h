// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the schema of a file as a JSON Schema (draft 7, which editors use for TOML).
#pragma once

#include <string>

#include "policy/language/schema.h"

namespace ringfence::cli {

/// One document, pretty-printed, with a newline at its end.
std::string schema_json(const policy::Schema& schema, const std::string& title);

}  // namespace ringfence::cli
