// SPDX-License-Identifier: LGPL-2.1-or-later
// The JSON of one file as the tree that document.h describes, with the positions of its values.
#pragma once

#include <string>
#include <string_view>

#include "policy/language/document.h"

namespace ringfence::policy {

/// Whether a policy's text is JSON: no TOML begins with "{".
bool looks_like_json(std::string_view text);

/// Reads JSON (RFC 8259, UTF-8). The result is a table. Errors: the first place that is not JSON, a
/// key that is set twice, or values that are nested too deeply.
Result<Value> parse_json(std::string_view text, const SharedText& file);

}  // namespace ringfence::policy
