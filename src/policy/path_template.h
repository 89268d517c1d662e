// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths of landlockconfig files: "${name}" stands for each literal of a variable.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policy/path_text.h"

namespace ringfence::policy {

/// Part of a path: text, or the name of a variable.
struct TemplatePart {
    bool variable = false;
    std::string text;

    auto operator<=>(const TemplatePart&) const = default;
};
using PathTemplate = std::vector<TemplatePart>;

/// A letter, then letters, digits and _.
bool is_variable_name(std::string_view name);

/// "$$" is a "$", "${name}" a variable; a "$" before anything else stands for itself.
/// Errors: a "${" without its "}" or without a variable's name ("the path MESSAGE").
tl::expected<PathTemplate, PathProblem> parse_template(std::string_view text);

}  // namespace ringfence::policy
