// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads logs with audit records: auditd's, those of syslog daemons, and the output of dmesg(1).
#include <cerrno>
#include <map>
#include <system_error>

#include "journal/audit_line.h"
#include "journal/copies.h"
#include "journal/line_reader.h"
#include "journal/loss.h"
#include "journal/record.h"
#include "journal/spool.h"

namespace ringfence::journal {

namespace {

// The kernel numbers events from boot on. Lines of events that overlap are slightly out of order. A
// lower serial number belongs to the next boot, but not within seconds: no machine starts so fast.
//
// Only logs to which nobody else writes move the clock. Anybody can write a line with any serial
// number to another log, and the records after it would be in a boot without their domains. So a
// machine of which there are only such logs has one boot.
class BootClock {
  public:
    /// The boot of a record in a log to which nobody else writes.
    std::uint64_t boot_of(const AuditLine& line) {
        constexpr std::uint64_t most_overlap = 1000;
        if (begins_boot(line))
            ++boot_;
        else if (line.serial < serial_ && serial_ - line.serial <= most_overlap)
            return boot_;
        serial_ = line.serial;
        time_ = line.time;
        return boot_;
    }
    /// The boot of a record in another log.
    std::uint64_t boot_beside(const AuditLine& line) const {
        return begins_boot(line) ? boot_ + 1 : boot_;
    }

  private:
    bool begins_boot(const AuditLine& line) const {
        constexpr auto longest_overlap = std::chrono::seconds(10);
        if (line.serial >= serial_) return false;
        return line.time + longest_overlap <= time_ || time_ + longest_overlap <= line.time;
    }

    std::uint64_t boot_ = 1, serial_ = 0;
    Time time_{};
};

struct AuditNode {
    std::uint32_t number;
    BootClock clock;
};

// A log, with its next record.
class OpenedLog {
  public:
    explicit OpenedLog(const Input& input) : input_(&input), lines_(input.file) {}

    /// Goes to the next line that is a record or reports a loss. False at the end.
    bool next(Spool& spool);

    const LogLine& line() const { return parsed_; }
    const Input& input() const { return *input_; }
    /// The time of the latest record.
    Time time() const { return time_; }
    /// The error of reading, as errno; 0 without one.
    int error() const { return error_; }
    /// Whether no line of the file is of a log.
    bool is_no_log() const { return any_ && !known_; }
    /// Whether other programs write to the log as well.
    bool is_shared() const { return shared_; }

  private:
    const Input* input_;
    LineReader lines_;
    std::string text_, buffer_;
    LogLine parsed_;
    Time time_{};
    int error_ = 0;
    bool any_ = false, known_ = false, shared_ = false;
};

bool OpenedLog::next(Spool& spool) {
    while (lines_.next(text_)) {
        if (text_.empty()) continue;
        any_ = true;
        parsed_ = parse_log_line(text_, buffer_);
        known_ = known_ || parsed_.kind != LogLineKind::unknown;
        switch (parsed_.kind) {
            case LogLineKind::auditd:
                time_ = parsed_.record.time;
                return true;
            case LogLineKind::record:
                time_ = parsed_.record.time;
                shared_ = true;
                return true;
            case LogLineKind::loss:
                shared_ = true;
                return true;
            case LogLineKind::other:
                shared_ = true;
                break;
            case LogLineKind::separator:
                break;
            case LogLineKind::unread:
                spool.add_unread();
                break;
            case LogLineKind::unknown:
                spool.add_unreadable();
                break;
        }
    }
    if (lines_.failed()) error_ = errno;
    return false;
}

class AuditLogReader {
  public:
    AuditLogReader(Spool& spool, bool several) : spool_(spool), several_(several) {}
    /// Takes the current line of the log with this number.
    Result<void> take(std::size_t number, const OpenedLog& log);

  private:
    Id boot_of(const AuditLine& line, bool shared);
    void set_kernel_message(std::string_view message);
    Result<void> take_record(std::size_t number, const LogLine& line, bool shared);
    Result<bool> is_counted(std::size_t number, const LogLine& line, std::string_view type,
                            bool shared);

    Spool& spool_;
    bool several_;  // a record may be in several logs
    std::map<std::string, AuditNode, std::less<>> nodes_;
    Copies copies_;
    Entry entry_;
    Id boot_ = {};  // of the last record
};

// auditd's log has no boot IDs, so these IDs are our own: the numbers of the machine and of its
// boot.
Id AuditLogReader::boot_of(const AuditLine& line, bool shared) {
    auto node = nodes_.find(line.node);
    if (node == nodes_.end())
        node = nodes_
                   .emplace(std::string(line.node),
                            AuditNode{static_cast<std::uint32_t>(nodes_.size()), BootClock()})
                   .first;
    BootClock& clock = node->second.clock;
    const std::uint64_t boot = shared ? clock.boot_beside(line) : clock.boot_of(line);
    Id id = {};
    for (std::size_t i = 0; i < 4; ++i)
        id[i] = static_cast<std::uint8_t>(node->second.number >> (8 * i));
    for (std::size_t i = 0; i < 8; ++i)
        id[8 + i] = static_cast<std::uint8_t>(boot >> (8 * i));
    return id;
}

Result<void> AuditLogReader::take(std::size_t number, const OpenedLog& log) {
    const LogLine& line = log.line();
    if (line.kind != LogLineKind::loss) return take_record(number, line, log.is_shared());
    entry_.clear();
    entry_.time = log.time();
    entry_.boot = boot_;
    set_kernel_message(line.message);
    return spool_.add(entry_);
}

// Whether the record was read before, from another log or in another form. If that one was worse,
// it is taken back.
Result<bool> AuditLogReader::is_counted(std::size_t number, const LogLine& line,
                                        std::string_view type, bool shared) {
    if (!several_ && !shared) return false;
    const AuditLine& record = line.record;
    const std::string text = std::string(type) + " " + std::string(record.text);
    const auto answer = copies_.add({.place = 2 * number + (line.of_kernel ? 1 : 0),
                                     .event = {{}, record.serial, record.time},
                                     .text = text,
                                     .host = record.node,
                                     .cut = shared && record.cut,
                                     .proved = !shared,
                                     .mark = spool_.position()});
    if (answer.verdict == Copies::Verdict::better)
        if (auto done = spool_.withdraw(answer.replaced); !done)
            return tl::unexpected(done.error());
    return answer.verdict == Copies::Verdict::copy;
}

Result<void> AuditLogReader::take_record(std::size_t number, const LogLine& line, bool shared) {
    const AuditLine& record = line.record;
    boot_ = boot_of(record, shared);
    const auto type = audit_type_number(record.type);
    if (!type) return {};
    const auto counted = is_counted(number, line, *type, shared);
    if (!counted) return tl::unexpected(counted.error());
    if (*counted) return {};
    entry_.clear();
    entry_.time = record.time;
    entry_.boot = boot_;
    entry_.set("_HOSTNAME", record.node);
    if (line.of_kernel) {
        set_kernel_message(line.message);
    } else {
        entry_.set("_TRANSPORT", transport_audit);
        entry_.set("_AUDIT_TYPE", *type);
        entry_.set("_AUDIT_ID", std::to_string(record.serial));
        entry_.set("MESSAGE", std::string(record.type) + " " + std::string(record.text));
    }
    return spool_.add(entry_);
}

void AuditLogReader::set_kernel_message(std::string_view message) {
    entry_.set("_TRANSPORT", transport_kernel);
    entry_.set("SYSLOG_FACILITY", "0");
    entry_.set("MESSAGE", message);
}

// The log whose next record is the oldest. The first one of several, so that all records of an
// event come from the same log. Nothing at the end of all.
std::optional<std::size_t> oldest(const std::vector<OpenedLog>& logs,
                                  const std::vector<bool>& ended) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < logs.size(); ++i)
        if (!ended[i] && (!found || logs[i].time() < logs[*found].time())) found = i;
    return found;
}

Result<void> check_log(const OpenedLog& log) {
    const Input& input = log.input();
    if (input.problem)
        if (std::string problem = input.problem(); !problem.empty())
            return fail(input.name, std::move(problem));
    if (log.error() != 0)
        return fail(input.name, "cannot read: " + std::system_category().message(log.error()));
    if (log.is_no_log())
        return fail(
            input.name, "holds no audit record",
            "name a log of auditd or of a syslog daemon, or the output of dmesg; for journal "
            "files there is --file=");
    return {};
}

class JoinedSource : public Source {
  public:
    JoinedSource(std::unique_ptr<Source> log, std::unique_ptr<Source> journal)
        : log_(std::move(log)), journal_(std::move(journal)) {}

    Result<void> select(const Selection& selection) override {
        selection_ = selection;
        const bool reports = selection.pass == Pass::reports;
        log_told_ = false;
        current_ = reports ? journal_.get() : log_.get();
        Selection of_log = selection;
        if (!reports) of_log.boot.reset();
        return current_->select(of_log);
    }
    Result<bool> next() override;
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
    std::uint64_t unread() const override { return log_->unread() + journal_->unread(); }
    bool proved() const override { return log_->proved(); }
    bool may_have_copies() const override { return log_->may_have_copies(); }

  private:
    std::unique_ptr<Source> log_, journal_;
    Source* current_ = log_.get();
    Selection selection_;
    bool log_told_ = false;  // the log reports losses
};

// Losses are in both. What the kernel says is in both, too, and counts once. The records are read
// from the log, so entries of the journal that look like records do not matter.
Result<bool> JoinedSource::next() {
    for (;;) {
        auto found = current_->next();
        if (!found || selection_.pass != Pass::losses) return found;
        const bool in_log = current_ == log_.get();
        if (!*found && !in_log) return false;
        if (!*found) {
            current_ = journal_.get();
            if (auto done = current_->select(selection_); !done)
                return tl::unexpected(done.error());
        } else if (in_log) {
            log_told_ = true;
            return true;
        } else if (field("_TRANSPORT") == "driver" ||
                   (!log_told_ && field("_TRANSPORT") == transport_kernel)) {
            return true;
        }
    }
}

}  // namespace

Result<void> read_audit_logs(const std::vector<Input>& inputs, Spool& spool) {
    std::vector<OpenedLog> logs;
    std::vector<bool> ended;
    logs.reserve(inputs.size());  // the lines of a log point into it
    for (const Input& input : inputs)
        ended.push_back(!logs.emplace_back(input).next(spool));
    AuditLogReader reader(spool, inputs.size() > 1);
    while (const auto i = oldest(logs, ended)) {
        if (auto done = reader.take(*i, logs[*i]); !done) return done;
        ended[*i] = !logs[*i].next(spool);
    }
    for (const OpenedLog& log : logs) {
        if (auto done = check_log(log); !done) return done;
        if (log.is_shared()) spool.set_unproved();
    }
    return {};
}

std::unique_ptr<Source> join_sources(std::unique_ptr<Source> log, std::unique_ptr<Source> journal) {
    return std::make_unique<JoinedSource>(std::move(log), std::move(journal));
}

}  // namespace ringfence::journal
