// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths of landlockconfig files, in which "${name}" stands for each literal of a variable.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policy/model/path_text.h"

namespace ringfence::policy {

/// Part of a path: text, or the name of a variable.
struct TemplatePart {
    bool variable = false;
    std::string text;

    auto operator<=>(const TemplatePart&) const = default;
};
using PathTemplate = std::vector<TemplatePart>;

/// Whether a variable can have this name: a letter, then letters, digits and _.
bool is_variable_name(std::string_view name);

/// Divides a path into texts and variables. "$$" stands for "$", and so does a "$" before anything
/// but "{". Errors: a "${" without its "}", or without the name of a variable. The message is the
/// rest of a sentence that begins with "the path".
tl::expected<PathTemplate, PathProblem> parse_template(std::string_view text);

}  // namespace ringfence::policy
