// SPDX-License-Identifier: LGPL-2.1-or-later
// The TOML of one file as a tree that keeps the position of every key and every value.
//
// The only place that knows the TOML library; everything after it works on this tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::policy {

enum class Kind : std::uint8_t { string, integer, boolean, array, table, number, date, null };

struct Entry;

/// A value; only the member that `kind` names is filled.
struct Value {
    Location where;
    Kind kind = Kind::date;  ///< number: one with a point; no key takes it, nor a date or time
    std::string string;
    std::int64_t integer = 0;
    bool boolean = false;
    std::vector<Value> array;
    std::vector<Entry> table;  ///< in the order of the file
};

struct Entry {
    std::string key;
    Location where;  ///< of the key
    Value value;
};

/// "a string", "an array", … for messages.
const char* describe(Kind kind);

/// Reads TOML 1.0. The result is a table. Errors: one, at the first place that is not TOML (a key
/// that is set twice included); also what is nested beyond any use.
Result<Value> parse_toml(std::string_view text, const SharedText& file);

}  // namespace ringfence::policy
