// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/audit_log.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include "base/number.h"
#include "journal/fields.h"
#include "journal/line_reader.h"
#include "journal/record.h"
#include "journal/spool.h"

namespace ringfence::journal {

namespace {

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

// The kernel numbers events from boot on. Lines of events that overlap are slightly out of order. A
// serial number that is far lower belongs to the next boot.
class BootClock {
  public:
    std::uint64_t boot_of(const AuditLine& line) {
        constexpr std::uint64_t most_overlap = 1000;
        constexpr auto longest_overlap = std::chrono::seconds(10);
        if (line.serial < serial_) {
            const bool near = line.time + longest_overlap > time_ &&
                              time_ + longest_overlap > line.time &&
                              serial_ - line.serial <= most_overlap;
            if (near) return boot_;
            ++boot_;
        }
        serial_ = line.serial;
        time_ = line.time;
        return boot_;
    }

  private:
    std::uint64_t boot_ = 1, serial_ = 0;
    Time time_ = Time::min();
};

struct AuditNode {
    std::uint32_t number;
    BootClock clock;
};

class AuditLogReader {
  public:
    explicit AuditLogReader(Spool& spool) : spool_(spool) {}
    Result<void> read(LineReader& lines);
    std::uint64_t records() const { return records_; }

  private:
    Id boot_of(const AuditLine& line);

    Spool& spool_;
    std::map<std::string, AuditNode, std::less<>> nodes_;
    std::uint64_t records_ = 0;
};

// auditd's log has no boot IDs, so these IDs are our own: the numbers of the machine and of its
// boot.
Id AuditLogReader::boot_of(const AuditLine& line) {
    auto node = nodes_.find(line.node);
    if (node == nodes_.end())
        node = nodes_
                   .emplace(std::string(line.node),
                            AuditNode{static_cast<std::uint32_t>(nodes_.size()), BootClock()})
                   .first;
    const std::uint64_t boot = node->second.clock.boot_of(line);
    Id id = {};
    for (std::size_t i = 0; i < 4; ++i)
        id[i] = static_cast<std::uint8_t>(node->second.number >> (8 * i));
    for (std::size_t i = 0; i < 8; ++i)
        id[8 + i] = static_cast<std::uint8_t>(boot >> (8 * i));
    return id;
}

Result<void> AuditLogReader::read(LineReader& lines) {
    std::string line;
    Entry entry;
    while (lines.next(line)) {
        const auto parsed = parse_audit_line(line);
        if (!parsed) {
            if (!line.empty()) spool_.add_unreadable();
            continue;
        }
        ++records_;
        const Id boot = boot_of(*parsed);
        const auto number = audit_type_number(parsed->type);
        if (!number) continue;
        entry.clear();
        entry.time = parsed->time;
        entry.boot = boot;
        entry.set("_TRANSPORT", "audit");
        entry.set("_AUDIT_TYPE", *number);
        entry.set("_AUDIT_ID", std::to_string(parsed->serial));
        entry.set("_HOSTNAME", parsed->node);
        entry.set("MESSAGE", std::string(parsed->type) + " " + std::string(parsed->text));
        if (auto done = spool_.add(entry); !done) return done;
    }
    return {};
}

// A log, and the time of its first record.
struct OpenedLog {
    LineReader lines;
    const Input* input;
    Time first = Time::max();
};

OpenedLog open_log(const Input& input) {
    OpenedLog log{LineReader(input.file), &input};
    std::string line;
    if (!log.lines.next(line)) return log;
    if (const auto parsed = parse_audit_line(line)) log.first = parsed->time;
    log.lines.put_back(line);
    return log;
}

class JoinedSource : public Source {
  public:
    JoinedSource(std::unique_ptr<Source> log, std::unique_ptr<Source> journal)
        : log_(std::move(log)), journal_(std::move(journal)) {}

    Result<void> select(const Selection& selection) override {
        const bool reports = selection.pass == Pass::reports || selection.pass == Pass::losses;
        current_ = reports ? journal_.get() : log_.get();
        Selection of_log = selection;
        if (!reports) of_log.boot.reset();
        return current_->select(of_log);
    }
    Result<bool> next() override { return current_->next(); }
    std::optional<std::string_view> field(const char* name) override {
        return current_->field(name);
    }
    Time time() override { return current_->time(); }
    Id boot() override { return current_->boot(); }
    Result<std::vector<Unit>> units_of_invocation(std::string_view digits) override {
        return journal_->units_of_invocation(digits);
    }
    bool knows_boots() const override { return false; }
    std::uint64_t unreadable() const override {
        return log_->unreadable() + journal_->unreadable();
    }

  private:
    std::unique_ptr<Source> log_, journal_;
    Source* current_ = log_.get();
};

}  // namespace

std::optional<AuditLine> parse_audit_line(std::string_view line) {
    AuditLine parsed;
    if (take(line, "node=")) {
        const auto node = take_until(line, " ");
        if (!node) return std::nullopt;
        parsed.node = *node;
    }
    if (!take(line, "type=")) return std::nullopt;
    const auto type = take_until(line, " msg=audit(");
    const auto time = type ? take_until(line, ":") : std::nullopt;
    const auto serial = time ? take_until(line, "):") : std::nullopt;
    if (!serial) return std::nullopt;
    const auto at = parse_seconds(*time);
    const auto number = parse_number(*serial);
    if (type->empty() || type->find(' ') != std::string_view::npos || !at || !number)
        return std::nullopt;
    take(line, " ");
    parsed.type = *type;
    parsed.time = *at;
    parsed.serial = *number;
    parsed.text = line;
    return parsed;
}

Result<void> read_audit_logs(const std::vector<Input>& inputs, Spool& spool) {
    std::vector<OpenedLog> logs;
    logs.reserve(inputs.size());
    for (const Input& input : inputs)
        logs.push_back(open_log(input));
    std::stable_sort(logs.begin(), logs.end(),
                     [](const OpenedLog& a, const OpenedLog& b) { return a.first < b.first; });
    AuditLogReader reader(spool);
    for (OpenedLog& log : logs) {
        const std::uint64_t before = reader.records();
        const bool empty = log.lines.peek().empty();
        if (auto done = reader.read(log.lines); !done) return done;
        if (log.lines.failed())
            return fail(log.input->name, "cannot read: " + std::system_category().message(errno));
        if (!empty && reader.records() == before)
            return fail(log.input->name, "holds no audit record",
                        "name a log of auditd; for journal files there is --file=");
    }
    return {};
}

std::unique_ptr<Source> join_sources(std::unique_ptr<Source> log, std::unique_ptr<Source> journal) {
    return std::make_unique<JoinedSource>(std::move(log), std::move(journal));
}

}  // namespace ringfence::journal
