// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/diagnostic.h"

#include <algorithm>
#include <numeric>

namespace ringfence {

tl::unexpected<Diagnostics> fail(Diagnostic diagnostic) {
    Diagnostics all;
    all.push_back(std::move(diagnostic));
    return tl::unexpected<Diagnostics>(std::move(all));
}

tl::unexpected<Diagnostics> fail(SharedText file, std::string message, std::string hint) {
    return fail(Diagnostic{{std::move(file), 0, 0}, std::move(message), std::move(hint)});
}

std::string to_string(const Location& where) {
    std::string text = where.file;
    if (where.line != 0) text += ":" + std::to_string(where.line);
    if (where.line != 0 && where.column != 0) text += ":" + std::to_string(where.column);
    return text;
}

std::string to_string(const Diagnostic& diagnostic) {
    std::string text = to_string(diagnostic.where);
    if (!text.empty()) text += ": ";
    text += diagnostic.message;
    if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
    return text;
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    std::iota(d[0].begin(), d[0].end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        d[i][0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
    std::string best;
    // The distance needs time and memory of length times length, and anybody may choose the word.
    constexpr std::size_t longest = 256;
    if (word.size() > longest) return best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > longest) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace ringfence
