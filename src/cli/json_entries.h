// SPDX-License-Identifier: LGPL-2.1-or-later
// Journal entries as `journalctl -o json` writes them.
#pragma once

#include <string_view>

#include "journal/entry.h"

namespace ringfence::cli {

/// One object. A value is a string, an array of bytes for what is no UTF-8, an array of values for
/// a field that is there several times (the first one counts), or null for one that was too long.
/// False: it is no object.
bool parse_json_entry(std::string_view line, journal::Entry& entry);

}  // namespace ringfence::cli
