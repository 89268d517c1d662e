// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/schema.h"

#include <utility>

namespace ringfence::policy {

Schema any_string() {
    return {};
}

Schema string_like(std::string pattern) {
    Schema schema;
    schema.pattern = std::move(pattern);
    return schema;
}

Schema one_line() {
    return string_like(R"(^[^\u0000-\u001f\u007f]*$)");
}

Schema one_of_words(std::vector<std::string> words) {
    Schema schema;
    schema.words = std::move(words);
    return schema;
}

Schema integer_from(std::int64_t first, std::int64_t last) {
    Schema schema;
    schema.type = Schema::Type::integer;
    schema.first = first;
    schema.last = last;
    return schema;
}

Schema true_or_false() {
    Schema schema;
    schema.type = Schema::Type::boolean;
    return schema;
}

Schema array_of(Schema element) {
    Schema schema;
    schema.type = Schema::Type::array;
    schema.parts.push_back(std::move(element));
    return schema;
}

Schema either(std::vector<Schema> alternatives) {
    Schema schema;
    schema.type = Schema::Type::any_of;
    schema.parts = std::move(alternatives);
    return schema;
}

}  // namespace ringfence::policy
