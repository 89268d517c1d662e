// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON as --json prints it. Members keep the order in which they were added. Bytes that are not
// UTF-8 become replacement characters. Characters that could act on a terminal are escaped, which
// makes no difference to programs.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace ringfence::cli {

using Json = nlohmann::ordered_json;

/// An indented document with a newline at its end.
std::string json_document(const Json& json);

/// The same in one line, without a newline.
std::string json_line(const Json& json);

}  // namespace ringfence::cli
