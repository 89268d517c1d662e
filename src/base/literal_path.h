// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace ringfence {

/// A path of a file as a policy writes it: "%" and "$" doubled, so that they stand for themselves.
inline std::string literal_path(std::string_view path) {
    std::string out;
    for (const char c : path)
        out.append(c == '%' || c == '$' ? 2 : 1, c);
    return out;
}

}  // namespace ringfence
