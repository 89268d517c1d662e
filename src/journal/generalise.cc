// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/generalise.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/number.h"
#include "journal/fields.h"

namespace ringfence::journal {

namespace {

constexpr std::size_t long_hex = 8;
constexpr std::size_t temporary_length = 6;  // mkstemp(3): XXXXXX
constexpr std::size_t date_digits = 8;       // 20261121

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::size_t count(std::string_view text, bool (*kind)(char)) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), kind));
}

// Words do not mix letters of both cases, or letters and digits, in this way.
bool looks_random(std::string_view word) {
    const std::size_t digits = count(word, is_digit), upper = count(word, is_upper),
                      lower = count(word, is_lower);
    if (word.size() >= long_hex && count(word, is_hex) == word.size() && digits > 0 &&
        digits < word.size())
        return true;
    if (word.size() < temporary_length) return false;
    const bool capitalised = upper == 1 && is_upper(word.front()) && digits == 0;
    return (upper > 0 && lower > 0 && !capitalised) || (digits > 0 && upper > 0);
}

bool is_year(std::string_view digits) {
    return digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
}

// `word` consists of letters and digits only.
Variation variation_of(std::string_view word, std::optional<std::int64_t> pid) {
    const std::size_t digits = count(word, is_digit);
    if (digits == word.size()) {
        const auto number = parse_number(word);
        if (pid && number && *number == static_cast<std::uint64_t>(*pid)) return Variation::process;
        const bool whole_date = word.size() >= date_digits && is_year(word.substr(0, 4));
        return whole_date || is_year(word) ? Variation::date : Variation::number;
    }
    if (looks_random(word)) return Variation::random;
    return Variation::none;
}

// The number of digits at the end of a word like "cache12".
std::size_t trailing_digits(std::string_view word) {
    std::size_t n = 0;
    while (n < word.size() && is_digit(word[word.size() - 1 - n]))
        ++n;
    return n;
}

// A UUID is 8-4-4-4-12 hexadecimal digits (RFC 9562).
bool begins_with_uuid(std::string_view text) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.size() < form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '-' ? text[i] != '-' : !is_hex(text[i])) return false;
    return text.size() == form.size() || !is_alphanumeric(text[form.size()]);
}

constexpr const char* variation_names[] = {"", "numbered names", "dated names", "temporary names",
                                           "names with the process's ID"};

}  // namespace

Shape shape_of(std::string_view name, std::optional<std::int64_t> pid) {
    Shape shape;
    std::size_t at = 0;
    while (at < name.size()) {
        if (!is_alphanumeric(name[at])) {
            shape.pattern.push_back(name[at++]);
            continue;
        }
        if (begins_with_uuid(name.substr(at))) {
            constexpr std::size_t uuid_length = 36;
            shape.pattern.push_back('*');
            shape.variation = std::max(shape.variation, Variation::random);
            at += uuid_length;
            continue;
        }
        std::size_t end = at;
        while (end < name.size() && is_alphanumeric(name[end]))
            ++end;
        const std::string_view word = name.substr(at, end - at);
        Variation variation = variation_of(word, pid);
        const std::size_t digits = trailing_digits(word);
        if (variation == Variation::none && digits != 0) {
            variation = variation_of(word.substr(word.size() - digits), pid);
            shape.pattern += word.substr(0, word.size() - digits);
        }
        shape.pattern += variation == Variation::none ? word : "*";
        shape.variation = std::max(shape.variation, variation);
        at = end;
    }
    return shape;
}

std::size_t evidence_needed(Variation variation) {
    constexpr std::size_t of_numbers = 4, of_others = 2;
    return variation == Variation::number ? of_numbers : of_others;
}

const char* name_of(Variation variation) {
    return variation_names[static_cast<std::size_t>(variation)];
}

bool names_process(std::string_view path) {
    constexpr std::string_view proc = "/proc/";
    if (!path.starts_with(proc)) return false;
    const std::string_view rest = path.substr(proc.size());
    return parse_number(rest.substr(0, rest.find('/'))).has_value();
}

}  // namespace ringfence::journal
