// SPDX-License-Identifier: LGPL-2.1-or-later
// Journal entries as `journalctl -o json` writes them.
#pragma once

#include <string_view>

#include "journal/entry.h"

namespace ringfence::cli {

/// Parses one object. A value is a string, an array of bytes (a text that is not UTF-8), an array
/// of values (a field that occurs several times; the first value counts), or null (a value that was
/// too long). False: the text is not an object.
bool parse_json_entry(std::string_view line, journal::Entry& entry);

}  // namespace ringfence::cli
