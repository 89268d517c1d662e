// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/audit_line.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "base/number.h"
#include "journal/loss.h"

namespace ringfence::journal {

namespace {

constexpr std::string_view kernel_record = "audit: type=", audit_record = "type=", node = "node=";

// The kernel's log keeps 1023 bytes of a message with its level (PRINTKRB_RECORD_MAX).
constexpr std::size_t longest_kernel_message = 1021;

// Takes `word` from the front of `text`.
bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

// Takes everything up to and including `end`. Returns what was before it.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view end) {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view found = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return found;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::optional<Time> parse_seconds(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos) return std::nullopt;
    const auto seconds = parse_number(text.substr(0, point));
    const auto milliseconds = parse_number(text.substr(point + 1));
    constexpr std::uint64_t most = 1ULL << 42;  // far from overflow in microseconds
    if (!seconds || !milliseconds || *seconds > most || *milliseconds > 999) return std::nullopt;
    return Time{
        std::chrono::milliseconds{static_cast<std::int64_t>(*seconds * 1000 + *milliseconds)}};
}

// Parses what follows "type=". `mark` is between the type and the time.
std::optional<AuditLine> parse_stamped(std::string_view line, std::string_view mark) {
    const auto type = take_until(line, mark);
    const auto time = type ? take_until(line, ":") : std::nullopt;
    const auto serial = time ? take_until(line, "):") : std::nullopt;
    if (!serial || type->empty() || contains(*type, " ")) return std::nullopt;
    const auto at = parse_seconds(*time);
    const auto number = parse_number(*serial);
    if (!at || !number) return std::nullopt;
    take(line, " ");
    return AuditLine{{}, *type, *at, *number, line};
}

// The kernel writes the device and the inode behind the path of a file, and closes each quote.
bool lacks_end(std::string_view message) {
    return std::count(message.begin(), message.end(), '"') % 2 != 0 ||
           (contains(message, " blockers=fs.") && contains(message, " path=") &&
            !contains(message, " ino="));
}

bool is_cut(std::string_view message) {
    return message.size() >= longest_kernel_message || lacks_end(message);
}

bool is_time(std::string_view word) {
    if (word.starts_with('[') || word.starts_with('<')) return true;
    return !word.empty() && is_digit(word.front()) &&
           (contains(word, ":") || std::count(word.begin(), word.end(), '.') == 1);
}

// Who sent a line: "kernel:" or "audisp-syslog[12]:", and not "12:00:00:".
bool is_sender(std::string_view word) {
    return word.size() > 1 && word.ends_with(':') && word.front() != ':' && !is_time(word);
}

// Takes a word from the front. A pair of brackets with what is between them is one word.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const bool bracket = text.starts_with('[');
    const std::size_t found = text.find(bracket ? ']' : ' ');
    const std::size_t end =
        found == std::string_view::npos ? text.size() : found + (bracket ? 1 : 0);
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::string_view word; !(word = take_word(text)).empty();)
        words.push_back(word);
    return words;
}

// What a log puts before a message: "Nov 29 12:00:00 host kernel: [   12.345678] ",
// "<5>1 2026-11-29T12:00:00Z host kernel - - - ", "[   12.345678] ", "kern  :notice: [   12.3] ".
struct Prefix {
    bool known = false;
    bool of_program = false;  // according to the facility: a program wrote it to the kernel's log
    std::string_view host;
};

// `words` end with the name of the program.
Prefix prefix_of_program(std::vector<std::string_view> words) {
    words.pop_back();
    Prefix prefix;
    prefix.known = std::any_of(words.begin(), words.end(), is_time) &&
                   std::none_of(words.begin(), words.end(), is_sender);
    if (prefix.known && !is_time(words.back())) prefix.host = words.back();
    return prefix;
}

Prefix read_prefix(std::string_view text) {
    std::vector<std::string_view> words = words_of(text);
    bool structured = false;  // RFC 5424: "kernel - - - "
    while (!words.empty() && (words.back() == "-" || words.back().starts_with('['))) {
        structured = structured || words.back() == "-";
        words.pop_back();
    }
    if (!words.empty() && (structured || is_sender(words.back())))
        return prefix_of_program(std::move(words));
    if (words.size() >= 2 && words[1].starts_with(':'))  // dmesg -x: "kern  :warn  : "
        return {words.size() == 2 || words.back() == ":", words.front() != "kern", {}};
    return {std::all_of(words.begin(), words.end(), is_time), false, {}};
}

// Whether a line without a record is one of a log with prefixes.
bool is_log_line(std::string_view line) {
    constexpr std::size_t longest_prefix = 10;
    bool time = line.starts_with('[');
    for (std::size_t i = 0; i < longest_prefix && !time; ++i) {
        const std::string_view word = take_word(line);
        time = is_time(word) || word.starts_with(':');
        if (word.empty() || is_sender(word)) return false;
    }
    return time;
}

// The facility of the kernel is 0, and priorities of other facilities begin here. The kernel does
// not let programs that write to its log use its own.
constexpr std::uint64_t first_of_programs = 8;

// Takes "<5>" from the front: syslog(2), dmesg -r, and the form of messages in a network.
std::uint64_t take_priority(std::string_view& line) {
    const std::size_t end = line.find('>');
    if (!line.starts_with('<') || end == std::string_view::npos) return 0;
    const auto priority = parse_number(line.substr(1, end - 1));
    if (priority) line.remove_prefix(end + 1);
    return priority.value_or(0);
}

// The kernel's log as a device: "5,368,638469690,-;message". Bytes are escaped as "\x5c".
struct DeviceLine {
    std::uint64_t priority = 0;
    std::string_view message;
};

std::optional<DeviceLine> parse_device_line(std::string_view line) {
    const std::string_view head = line.substr(0, line.find(';'));
    const auto priority = parse_number(head.substr(0, head.find(',')));
    if (head.size() == line.size() || !priority || std::count(head.begin(), head.end(), ',') < 3)
        return std::nullopt;
    return DeviceLine{*priority, line.substr(head.size() + 1)};
}

std::string unescaped(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        const bool escape = text.size() >= 4 && text.starts_with("\\x");
        const auto byte = escape ? parse_number(text.substr(2, 2), 16) : std::nullopt;
        bytes.push_back(byte ? static_cast<char>(*byte) : text.front());
        text.remove_prefix(byte ? 4 : 1);
    }
    return bytes;
}

// Where the message begins that is a record or reports a loss. npos if there is none.
std::size_t find_message(std::string_view line) {
    std::size_t found = find_kernel_loss(line);
    for (const std::string_view begin : {kernel_record, node, audit_record})
        for (std::size_t at = line.find(begin); at < found; at = line.find(begin, at + 1))
            if (at == 0 || line[at - 1] == ' ' || line[at - 1] == ']') found = at;
    return found;
}

LogLine without_record(std::string_view line) {
    LogLine result;
    if (looks_like_denial(line))
        result.kind = LogLineKind::unread;
    else if (line.starts_with("--") || line.starts_with("time->"))
        result.kind = LogLineKind::separator;
    else if (is_log_line(line))
        result.kind = LogLineKind::other;
    return result;
}

LogLine parse_message(std::string_view message, const Prefix& prefix, bool alone) {
    LogLine result;
    result.message = message;
    if (!prefix.of_program && is_kernel_loss(message)) {
        result.kind = LogLineKind::loss;
        return result;
    }
    result.of_kernel = message.starts_with(kernel_record);
    const auto record =
        result.of_kernel ? parse_kernel_message(message) : parse_audit_line(message);
    if (!record || (result.of_kernel && prefix.of_program)) {
        result.kind = looks_like_denial(message) ? LogLineKind::unread : LogLineKind::other;
        return result;
    }
    result.record = *record;
    result.kind = alone && !result.of_kernel ? LogLineKind::auditd : LogLineKind::record;
    if (!result.of_kernel) result.record.cut = lacks_end(result.record.text);
    if (result.record.node.empty()) result.record.node = prefix.host;
    return result;
}

}  // namespace

std::optional<AuditLine> parse_audit_line(std::string_view line) {
    std::string_view name;
    if (take(line, node)) {  // name= of auditd.conf(5) may have blanks
        const auto found = take_until(line, " type=");
        if (!found) return std::nullopt;
        name = *found;
    } else if (!take(line, audit_record)) {
        return std::nullopt;
    }
    auto parsed = parse_stamped(line, " msg=audit(");
    if (parsed) parsed->node = name;
    return parsed;
}

std::optional<AuditLine> parse_kernel_message(std::string_view message) {
    const bool cut = is_cut(message);
    if (!take(message, kernel_record)) return std::nullopt;
    auto parsed = parse_stamped(message, " audit(");
    if (parsed) parsed->cut = cut;
    return parsed;
}

bool looks_like_denial(std::string_view text) {
    return contains(text, "LANDLOCK_ACCESS") || contains(text, "[1423]") ||
           contains(text, "type=1423") || contains(text, "AUDIT1423") ||
           (contains(text, " blockers=") && contains(text, "domain="));
}

LogLine parse_log_line(std::string_view line, std::string& buffer) {
    if (const auto record = parse_audit_line(line))
        return {LogLineKind::auditd, false, *record, line};
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
        line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (const auto device = parse_device_line(line)) {
        buffer = unescaped(device->message);
        return parse_message(buffer, {true, device->priority >= first_of_programs, {}}, false);
    }
    const bool of_program = take_priority(line) >= first_of_programs;
    const std::size_t at = find_message(line);
    if (at == std::string_view::npos) return without_record(line);
    Prefix prefix = read_prefix(line.substr(0, at));
    prefix.of_program = prefix.of_program || of_program;
    return prefix.known ? parse_message(line.substr(at), prefix, at == 0) : without_record(line);
}

}  // namespace ringfence::journal
