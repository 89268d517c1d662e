// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace ringfence::places {

/// A path that a row's pattern matches.
inline std::string example_of(std::string_view glob) {
    std::string path;
    for (std::size_t at = 0; at < glob.size(); ++at) {
        if (glob[at] == '*') {
            path += path.empty() ? "/opt/site" : "x";
        } else if (glob[at] == '[') {  // a range
            path += glob[at + 1];
            at = glob.find(']', at);
        } else {
            path += glob[at];
        }
    }
    return path;
}

}  // namespace ringfence::places
