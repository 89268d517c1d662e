// SPDX-License-Identifier: LGPL-2.1-or-later
// What a file of the policy language may look like, as data. The schema is made of the same tables
// by which the parser reads a file. The JSON Schemas are made of it, and the tests of the manual
// pages read its keys.
//
// A schema says less than the parser checks: it has nothing that depends on other values (an ABI,
// the end of a range) or on other files (the names in `extends`). It never refuses a file that the
// parser accepts (tests/language/test_schema.py).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/model/policy.h"

namespace ringfence::policy {

struct KeySchema;

struct Schema {
    enum class Type : std::uint8_t { string, integer, boolean, array, table, any_of };

    Type type = Type::string;
    std::string name;  ///< of a schema that is used in several places; otherwise empty

    // string: it is one of `words` if there are any, and matches `pattern` (ECMA 262) if that is
    // not empty.
    std::vector<std::string> words;
    std::string pattern;
    // integer
    std::int64_t first = INT64_MIN;
    std::int64_t last = INT64_MAX;
    // array: the schema of its elements; any_of: the alternatives
    std::vector<Schema> parts;
    bool not_empty = false;  ///< array, table
    // table: it has these keys and no others
    std::vector<KeySchema> keys;
};

struct KeySchema {
    std::string key;
    std::string help;  ///< one line for an editor
    bool required = false;
    Schema schema;
};

/// The top level of a file of this role.
Schema schema_of(Role role);

// Functions that make schemas.
Schema any_string();
Schema string_like(std::string pattern);
Schema one_of_words(std::vector<std::string> words);
Schema integer_from(std::int64_t first, std::int64_t last);
Schema true_or_false();
Schema array_of(Schema element);
Schema either(std::vector<Schema> alternatives);

/// A string without control characters.
Schema one_line();

}  // namespace ringfence::policy
