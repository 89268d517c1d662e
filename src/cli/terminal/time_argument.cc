// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/time_argument.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include <fmt/format.h>

namespace ringfence::cli {

using std::chrono::microseconds;

namespace {

constexpr std::int64_t second = 1'000'000;
// 9999-12-31, far below the largest time.
constexpr std::int64_t longest_seconds = 253402300799;

struct TimeUnit {
    std::string_view name;
    std::int64_t usec;
};

// The units of systemd.time(7), "Parsing Time Spans", without months and years, which have no fixed
// length.
constexpr TimeUnit time_units[] = {
    {"us", 1},
    {"usec", 1},
    {"ms", 1000},
    {"msec", 1000},
    {"s", second},
    {"sec", second},
    {"second", second},
    {"seconds", second},
    {"m", 60 * second},
    {"min", 60 * second},
    {"minute", 60 * second},
    {"minutes", 60 * second},
    {"h", 3600 * second},
    {"hr", 3600 * second},
    {"hour", 3600 * second},
    {"hours", 3600 * second},
    {"d", 86400 * second},
    {"day", 86400 * second},
    {"days", 86400 * second},
    {"w", 7 * (86400 * second)},
    {"week", 7 * (86400 * second)},
    {"weeks", 7 * (86400 * second)},
};

struct DayWord {
    std::string_view name;
    int days;
};
constexpr DayWord day_words[] = {{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}};

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || value > longest_seconds) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return value;
}

// Takes a fraction of a second (".25"), as microseconds. Further digits are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!take(text, ".")) return 0;
    std::int64_t usec = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits)
        if (digits < 6) usec = usec * 10 + (text[digits] - '0');
    if (digits == 0) return std::nullopt;
    for (std::size_t i = digits; i < 6; ++i)
        usec *= 10;
    text.remove_prefix(digits);
    return usec;
}

// Takes a number of exactly `digits` digits (0: one or two digits) from first to last.
bool take_part(std::string_view& text, std::size_t digits, int first, int last, int* into) {
    const std::size_t before = text.size();
    const auto value = take_number(text);
    const std::size_t taken = before - text.size();
    if (!value || (digits != 0 && taken != digits) || taken > 4) return false;
    if (*value < first || *value > last) return false;
    *into = static_cast<int>(*value);
    return true;
}

bool take_date(std::string_view& text, std::tm* date) {
    int year = 0, month = 0;
    if (!take_part(text, 4, 1970, 9999, &year) || !take(text, "-") ||
        !take_part(text, 2, 1, 12, &month) || !take(text, "-") ||
        !take_part(text, 2, 1, 31, &date->tm_mday))
        return false;
    date->tm_year = year - 1900;
    date->tm_mon = month - 1;
    return true;
}

bool take_clock(std::string_view& text, std::tm* date, std::int64_t* usec) {
    if (!take_part(text, 0, 0, 23, &date->tm_hour) || !take(text, ":") ||
        !take_part(text, 2, 0, 59, &date->tm_min))
        return false;
    if (!take(text, ":")) return true;
    if (!take_part(text, 2, 0, 60, &date->tm_sec)) return false;
    const auto fraction = take_fraction(text);
    *usec = fraction.value_or(0);
    return fraction.has_value();
}

enum class Zone { local, utc };

std::optional<Time> make_time(std::tm date, std::int64_t usec, Zone zone) {
    const int day = date.tm_mday;
    date.tm_isdst = -1;  // whatever holds then
    const std::time_t seconds = zone == Zone::utc ? ::timegm(&date) : std::mktime(&date);
    if (seconds == -1 || date.tm_mday != day) return std::nullopt;  // the 31st of a shorter month
    return Time{microseconds{static_cast<std::int64_t>(seconds) * second + usec}};
}

std::tm calendar(Time time, Zone zone) {
    const std::time_t seconds = static_cast<std::time_t>(time.time_since_epoch().count() / second);
    std::tm date = {};
    zone == Zone::utc ? ::gmtime_r(&seconds, &date) : ::localtime_r(&seconds, &date);
    return date;
}

std::optional<Time> absolute(std::string_view text, Time now) {
    const Zone zone = take_suffix(text, " UTC") || take_suffix(text, "Z") ? Zone::utc : Zone::local;
    std::tm date = calendar(now, zone);
    date.tm_hour = date.tm_min = date.tm_sec = 0;
    std::int64_t usec = 0;
    std::string_view rest = text;
    const bool dated = take_date(rest, &date);
    if (!dated) rest = text;
    const bool date_only = dated && rest.empty();
    const bool separated = !dated || take(rest, " ") || take(rest, "T");
    if (!date_only && !(separated && take_clock(rest, &date, &usec))) return std::nullopt;
    return rest.empty() ? make_time(date, usec, zone) : std::nullopt;
}

std::optional<Time> day_word(std::string_view text, Time now) {
    if (text == "now") return now;
    const auto* word = std::find_if(std::begin(day_words), std::end(day_words),
                                    [&](const DayWord& row) { return row.name == text; });
    if (word == std::end(day_words)) return std::nullopt;
    std::tm date = calendar(now, Zone::local);
    date.tm_hour = date.tm_min = date.tm_sec = 0;
    date.tm_mday += word->days;  // mktime(3) carries it over
    date.tm_isdst = -1;
    return Time{microseconds{static_cast<std::int64_t>(std::mktime(&date)) * second}};
}

std::optional<Time> epoch(std::string_view text) {
    if (!take(text, "@")) return std::nullopt;
    const auto seconds = take_number(text);
    const auto fraction = take_fraction(text);
    if (!seconds || !fraction || !text.empty()) return std::nullopt;
    return Time{microseconds{*seconds * second + *fraction}};
}

std::optional<std::int64_t> take_span(std::string_view& text) {
    const auto number = take_number(text);
    while (take(text, " ")) {
    }
    const std::size_t letters =
        std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), text.size());
    const auto* unit =
        std::find_if(std::begin(time_units), std::end(time_units),
                     [&](const auto& row) { return row.name == text.substr(0, letters); });
    if (!number || unit == std::end(time_units) || *number > longest_seconds * second / unit->usec)
        return std::nullopt;
    text.remove_prefix(letters);
    while (take(text, " ")) {
    }
    return *number * unit->usec;
}

std::optional<Time> relative(std::string_view text, Time now) {
    const bool ago = take_suffix(text, " ago") || take(text, "-");
    if (!ago && !take(text, "+")) return std::nullopt;
    std::int64_t total = 0;
    do {
        const auto span = take_span(text);
        if (!span || total + *span > longest_seconds * second) return std::nullopt;
        total += *span;
    } while (!text.empty());
    return ago ? now - microseconds{total} : now + microseconds{total};
}

}  // namespace

Time now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Result<Time> parse_time(const std::string& text, Time now) {
    for (const auto& time :
         {day_word(text, now), epoch(text), relative(text, now), absolute(text, now)})
        if (time) return *time;
    return fail(
        "", fmt::format("\"{}\" is no time that ringfence understands", text),
        "write \"2026-11-21 08:10\", \"08:10\", \"yesterday\", \"-5min\" or \"@1764000000\"");
}

Result<Time> time_option(const Arguments& arguments, const char* option, const char* otherwise,
                         Time now) {
    auto time = parse_time(arguments.value(option, otherwise), now);
    if (!time) time.error().front().where.file = fmt::format("--{}", option);
    return time;
}

}  // namespace ringfence::cli
