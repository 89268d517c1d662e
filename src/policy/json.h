// SPDX-License-Identifier: LGPL-2.1-or-later
// The JSON of one file as the same tree that document.h makes of TOML, with positions.
#pragma once

#include <string>
#include <string_view>

#include "policy/document.h"

namespace ringfence::policy {

/// Whether a policy's text is JSON: no TOML begins with "{".
bool looks_like_json(std::string_view text);

/// Reads JSON (RFC 8259, UTF-8). The result is a table. Errors: one, at the first place that is not
/// JSON; a key that is set twice; what is nested beyond any use.
Result<Value> parse_json(std::string_view text, const SharedText& file);

}  // namespace ringfence::policy
