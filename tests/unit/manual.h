// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads manual pages, for tests that compare them with tables.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace ringfence {

/// The source of a page ("ringfence-check.1"), with "-" for roff's "\-".
inline std::string manual_text(const std::string& page) {
    std::ifstream file(std::string(RINGFENCE_MANUALS) + "/" + page);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text.compare(i, 2, "\\-") != 0) plain.push_back(text[i]);
    return plain;
}

}  // namespace ringfence
