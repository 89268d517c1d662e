// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/words.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/terminal.h"

namespace ringfence::cli {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    return fmt::format("{}", fmt::join(words, between));
}

std::string counted(std::size_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        if (!lines.back().empty() && columns_of(lines.back()) + 1 + columns_of(word) > width)
            lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        at = end + 1;
    }
    return lines;
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t columns = columns_of(text);
    return columns >= width ? text : text + std::string(width - columns, ' ');
}

}  // namespace ringfence::cli
