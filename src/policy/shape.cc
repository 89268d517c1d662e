// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/shape.h"

#include <utility>

namespace ringfence::policy {

Shape any_string() {
    return {};
}

Shape string_like(std::string pattern) {
    Shape shape;
    shape.pattern = std::move(pattern);
    return shape;
}

Shape one_line() {
    return string_like(R"(^[^\u0000-\u001f\u007f]*$)");
}

Shape one_of_words(std::vector<std::string> words) {
    Shape shape;
    shape.words = std::move(words);
    return shape;
}

Shape integer_from(std::int64_t first, std::int64_t last) {
    Shape shape;
    shape.type = Shape::Type::integer;
    shape.first = first;
    shape.last = last;
    return shape;
}

Shape true_or_false() {
    Shape shape;
    shape.type = Shape::Type::boolean;
    return shape;
}

Shape array_of(Shape element) {
    Shape shape;
    shape.type = Shape::Type::array;
    shape.parts.push_back(std::move(element));
    return shape;
}

Shape either(std::vector<Shape> alternatives) {
    Shape shape;
    shape.type = Shape::Type::any_of;
    shape.parts = std::move(alternatives);
    return shape;
}

}  // namespace ringfence::policy
