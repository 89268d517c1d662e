// SPDX-License-Identifier: LGPL-2.1-or-later
// The shape of a file as a JSON Schema (draft 7, which TOML editors read).
#pragma once

#include <string>

#include "policy/shape.h"

namespace ringfence::cli {

/// One document, pretty-printed, with a newline at its end.
std::string schema_json(const policy::Shape& shape, const std::string& title);

}  // namespace ringfence::cli
