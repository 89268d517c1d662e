// SPDX-License-Identifier: LGPL-2.1-or-later
// What a file of the policy language may look like, as data: made of the tables that the parser
// reads, for the JSON Schema and for whoever else lists the language's keys.
//
// A shape says less than the parser checks: what depends on other values (an ABI, the end of a
// range) or on other files (the names in `extends`) is not in it. It never refuses what the parser
// takes (tests/language/test_schema.py).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace ringfence::policy {

struct KeyShape;

struct Shape {
    enum class Type : std::uint8_t { string, integer, boolean, array, table, any_of };

    Type type = Type::string;
    std::string name;  ///< of a shape that is used in many places; may be empty

    // string: one of `words` if there are any, and matches `pattern` (ECMA 262) if that is not
    // empty.
    std::vector<std::string> words;
    std::string pattern;
    // integer
    std::int64_t first = INT64_MIN;
    std::int64_t last = INT64_MAX;
    // array: the shape of its elements; any_of: the alternatives
    std::vector<Shape> parts;
    bool not_empty = false;  ///< array, table
    // table: it has these keys and no others
    std::vector<KeyShape> keys;
};

struct KeyShape {
    std::string key;
    std::string help;  ///< one line for an editor
    bool required = false;
    Shape shape;
};

/// The top level of a file of this role.
Shape shape_of(Role role);

// Short ways to make one.
Shape any_string();
Shape string_like(std::string pattern);
Shape one_of_words(std::vector<std::string> words);
Shape integer_from(std::int64_t first, std::int64_t last);
Shape true_or_false();
Shape array_of(Shape element);
Shape either(std::vector<Shape> alternatives);

/// A string without control characters.
Shape one_line();

}  // namespace ringfence::policy
