// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/own_keys.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/diagnostic.h"
#include "dropin/inline_rules.h"

namespace ringfence::dropin {

namespace {

constexpr std::string_view marker = "landlock";
constexpr std::string_view own_prefix = "x-landlock";

const std::vector<std::string>& known_keys() {
    static const std::vector<std::string> keys = [] {
        std::vector<std::string> all = inline_keys();
        all.insert(all.end(), {"X-LandlockPolicy", "X-LandlockWrap"});
        return all;
    }();
    return keys;
}

// How far the marker is from what the name behind "X-" begins with. `name`: in small letters.
std::size_t distance_to_marker(const std::string& name) {
    static const std::string word(marker);
    std::size_t least = marker.size();
    for (std::size_t length = marker.size() - 1; length <= marker.size() + 1; ++length)
        if (name.size() >= length)
            least = std::min(least, edit_distance(name.substr(0, length), word));
    return least;
}

bool is_near_known_key(const std::string& key) {
    const auto is_near = [&](const std::string& known) {
        return edit_distance(key, lower(known)) <= 2;
    };
    return std::any_of(known_keys().begin(), known_keys().end(), is_near);
}

// `key`: begins with "X-". Some words are one letter away from the marker (X-HandLock, X-Bandlock):
// hardly anybody mistakes the first letter.
Likeness likeness_with_x(std::string_view key) {
    constexpr std::size_t longer_than_all = 64;
    const std::string small = lower(key.substr(0, longer_than_all));
    if (small.starts_with(own_prefix)) return Likeness::ours;
    const std::string name = small.substr(2);
    const std::size_t distance = distance_to_marker(name);
    if ((distance <= 1 && name.front() == marker.front()) || is_near_known_key(small))
        return Likeness::misspelt;
    return distance <= 2 || contains_in_any_case(key, marker) ? Likeness::near : Likeness::none;
}

bool begins_with_x(std::string_view text) {
    return text.size() > 2 && lower(text[0]) == 'x' && text[1] == '-';
}

// What ends the name of a line with "=", which may have blanks in it, and the first word of one
// without.
constexpr std::string_view name_ends[] = {{"=\n\r\0", 4}, {"=\n\r\0: \t", 7}};

// Whether a line of the text begins with a name that is like one of ours. Most units have no
// setting with "X-".
bool has_misspelt_key(std::string_view text) {
    for (std::size_t at = text.find('-'); at != std::string_view::npos;
         at = text.find('-', at + 1)) {
        if (at == 0 || lower(text[at - 1]) != 'x') continue;
        const std::size_t before = text.substr(0, at - 1).find_last_not_of(" \t");
        const bool is_first = before == std::string_view::npos || text[before] == '\n' ||
                              text[before] == '\r' || text[before] == '\0';
        if (!is_first) continue;
        const std::string_view rest = text.substr(at - 1);
        for (const std::string_view ends : name_ends) {
            const std::string_view key = rest.substr(0, rest.find_first_of(ends));
            if (begins_with_x(key) && likeness_with_x(key) != Likeness::none) return true;
        }
    }
    return false;
}

}  // namespace

Likeness likeness_of(std::string_view key) {
    if (begins_with_x(key)) return likeness_with_x(key);
    if (lower(key) == "landlockpolicy") return Likeness::ours;
    return contains_in_any_case(key, marker) ? Likeness::near : Likeness::none;
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
    for (const std::string& name : known_keys())
        if (lower(name) == lower(key)) return name;
    return nearest(key, known_keys());
}

}  // namespace ringfence::dropin
