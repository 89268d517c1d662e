// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/own_keys.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/diagnostic.h"
#include "dropin/inline_rules.h"

namespace ringfence::dropin {

namespace {

constexpr std::string_view marker = "landlock";

// Whether the name behind "X-" begins with the marker, in which one or two letters are wrong,
// missing, swapped or too many.
bool begins_with_misspelt_marker(std::string_view name) {
    static const std::vector<std::string> words = {std::string(marker)};
    for (const std::size_t length : {marker.size(), marker.size() - 1})
        if (name.size() >= length && !nearest(lower(name.substr(0, length)), words).empty())
            return true;
    return false;
}

bool begins_with_x(std::string_view text) {
    return text.size() > 2 && lower(text[0]) == 'x' && text[1] == '-';
}

// Whether a line of the text begins with such a name. Most units have no setting with "X-".
bool has_misspelt_key(std::string_view text) {
    for (std::size_t at = text.find('-'); at != std::string_view::npos;
         at = text.find('-', at + 1)) {
        if (at == 0 || lower(text[at - 1]) != 'x') continue;
        const std::size_t before = text.substr(0, at - 1).find_last_not_of(" \t");
        const bool is_first = before == std::string_view::npos || text[before] == '\n' ||
                              text[before] == '\r' || text[before] == '\0';
        if (is_first && begins_with_misspelt_marker(text.substr(at + 1))) return true;
    }
    return false;
}

}  // namespace

bool is_request(std::string_view key) {
    if (begins_with_x(key)) return begins_with_misspelt_marker(key.substr(2));
    return lower(key) == "landlockpolicy";
}

bool looks_like_request(std::string_view key) {
    return contains_in_any_case(key, marker);
}

bool may_request(std::string_view text) {
    return contains_in_any_case(text, marker) || has_misspelt_key(text);
}

bool may_request(const unit::Sources& sources) {
    return may_request(sources.fragment_text) ||
           std::any_of(sources.dropin_texts.begin(), sources.dropin_texts.end(),
                       [](const std::string& text) { return may_request(text); });
}

std::string nearest_key(const std::string& key) {
    std::vector<std::string> known = inline_keys();
    known.insert(known.end(), {"X-LandlockPolicy", "X-LandlockWrap"});
    for (const std::string& name : known)
        if (lower(name) == lower(key)) return name;
    return nearest(key, known);
}

}  // namespace ringfence::dropin
