// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/report.h"

#include "exec/sys.h"

namespace ringfence::exec {

using landlock::Access;
using landlock::Support;

namespace {

constexpr char journal_socket[] = "/run/systemd/journal/socket";

// Longer values are cut. The whole record must fit into its buffer, since journald drops one that
// is cut short.
constexpr std::size_t value_limit = 3500;
// PID 1 drops messages above PIPE_BUF (NOTIFY_BUFFER_MAX, src/core/manager.c).
constexpr std::size_t status_limit = 1500;

constexpr long settle_milliseconds = 50;

struct SocketAddress {
    std::uint16_t family = sys::af_unix;
    char path[108] = {};
};

// A connected datagram socket, or -1. `path` is as in sd_notify(3): "/path" or "@abstract".
int connect_to(std::string_view path) {
    SocketAddress peer;
    if (path.size() < 2 || path.size() >= sizeof peer.path || (path[0] != '/' && path[0] != '@'))
        return -1;
    for (std::size_t i = 0; i < path.size(); ++i)
        peer.path[i] = path[i];
    const bool abstract = path[0] == '@';
    if (abstract) peer.path[0] = '\0';
    const long fd = sys::socket_unix_datagram();
    if (fd < 0) return -1;
    // The size includes the NUL of a pathname. An abstract name has none.
    const std::size_t size = sizeof peer.family + path.size() + (abstract ? 0 : 1);
    if (sys::connect(static_cast<int>(fd), &peer, size) < 0) {
        sys::close(static_cast<int>(fd));
        return -1;
    }
    return static_cast<int>(fd);
}

std::string_view clip(std::string_view value) {
    return value.size() > value_limit ? std::string_view(value.data(), value_limit) : value;
}

void add_field(Text* record, std::string_view name, std::string_view value) {
    value = clip(value);
    record->add(name);
    if (!contains(value, '\n')) {
        record->add("=").add(value).put('\n');
        return;
    }
    record->put('\n');
    for (unsigned byte = 0; byte < 8; ++byte)
        record->put(
            static_cast<char>((static_cast<std::uint64_t>(value.size()) >> (8 * byte)) & 0xff));
    record->add(value).put('\n');
}

void add_number(Text* record, std::string_view name, std::uint64_t value) {
    record->add(name).add("=").add(value).put('\n');
}

// If it is a socket to a journald that hangs, write(2) would block for ever. But it may be no
// socket, or a filter forbids sendto(2), and the message must not be lost.
long send_or_write(int fd, std::string_view data) {
    const long sent = sys::send(fd, data.data(), data.size());
    const bool unsendable = sent == -sys::enotsock || sent == -sys::eperm || sent == -sys::eacces ||
                            sent == -sys::enosys;
    return unsendable ? sys::write(fd, data.data(), data.size()) : sent;
}

void add_names(Text* text, const Access& access, bool with_abi) {
    bool first = true;
    for (const landlock::Right& right : landlock::rights) {
        if ((access & right.access()).empty()) continue;
        if (!first) text->add(with_abi ? ", " : ",");
        first = false;
        text->add(right.name);
        if (with_abi) text->add(" (needs ABI ").add(std::uint64_t{right.abi}).add(")");
    }
}

void add_names(Text* text, landlock::CapabilitySet set) {
    bool first = true;
    for (const landlock::Capability& row : landlock::capabilities) {
        if ((set & landlock::set_of(row)) == 0) continue;
        text->add(first ? "" : ",").add(row.name);
        first = false;
    }
}

void add_list(Text* record, std::string_view name, const Access& access) {
    if (access.empty()) return;
    record->add(name).add("=");
    add_names(record, access, false);
    record->put('\n');
}

// What the kernel is too old for.
Access awaited(const Outcome& outcome) {
    return outcome.unenforced - outcome.support.known();
}

// ", ABI 7 of 10, 42 rules": a kernel of ABI 10 would enforce everything.
void add_summary(Text* line, const Outcome& outcome) {
    line->add(", ABI ").add(static_cast<std::uint64_t>(outcome.support.kernel_abi));
    if (const Access missing = awaited(outcome); !missing.empty())
        line->add(" of ").add(static_cast<std::uint64_t>(landlock::abi_needed(missing)));
    line->add(", ").add(std::uint64_t{outcome.rules}).add(outcome.rules == 1 ? " rule" : " rules");
    if (outcome.layers > 1) line->add(", ").add(std::uint64_t{outcome.layers}).add(" layers");
    if (outcome.not_stood_in.empty()) return;
    line->add("; nothing stands in for ");
    add_names(line, outcome.not_stood_in, false);
}

void add_details(Text* line, const Outcome& outcome) {
    if (outcome.no_new_privs) line->add("; no_new_privs set");
    const Access missing = awaited(outcome);
    if (missing.empty()) return;
    line->add("; this kernel is too old for ");
    add_names(line, missing, true);
}

}  // namespace

Tag make_tag(const unsigned char* random) {
    Tag tag = {};
    Buffer<sizeof tag.text> text;
    text.add(report::tag_prefix);
    // Only the upper 8 bytes of AT_RANDOM are used: the lower ones are the stack canary of this
    // process.
    unsigned char bytes[8];
    if (sys::random(bytes, sizeof bytes) != sizeof bytes)
        for (unsigned i = 0; i < sizeof bytes; ++i)
            bytes[i] = random[8 + i];
    for (int i = 0; i < report::tag_digits; ++i)
        text.put("0123456789abcdef"[(bytes[i / 2] >> (i % 2 * 4)) & 0xf]);
    const std::string_view digits = text.view();
    for (std::size_t i = 0; i < digits.size(); ++i)
        tag.text[i] = digits[i];
    return tag;
}

void Reporter::connect() {
    if (connected_) return;
    connected_ = true;
    const bool automatic = (plan_.reports & report_auto) != 0;
    const char* const notify_path = environment_.get("NOTIFY_SOCKET");
    if (notify_path != nullptr && (automatic || (plan_.reports & report_notify) != 0))
        notify_ = connect_to(notify_path);
    // If a person runs the wrapper at a terminal, the record would belong to no unit.
    const bool under_systemd = environment_.get("INVOCATION_ID") != nullptr ||
                               environment_.get("JOURNAL_STREAM") != nullptr;
    if ((automatic && under_systemd) || (plan_.reports & report_journal) != 0)
        journal_ = connect_to(journal_socket);
    if (automatic && under_systemd && journal_ < 0) stream_ = journal_stream();
}

void Reporter::begin_record(Text* record, std::string_view message, const char* message_id,
                            char priority, const char* status, const Support& support) const {
    add_field(record, "MESSAGE", message);
    add_field(record, "MESSAGE_ID", message_id);
    record->add("PRIORITY=").put(priority);
    record->add("\nSYSLOG_IDENTIFIER=ringfence\n");
    add_field(record, "LANDLOCK_STATUS", status);
    if (!plan_.policy.empty()) add_field(record, "LANDLOCK_POLICY", plan_.policy);
    if (!plan_.digest.empty()) add_field(record, "LANDLOCK_POLICY_DIGEST", plan_.digest);
    add_number(record, "LANDLOCK_ABI", static_cast<std::uint64_t>(support.kernel_abi));
    record->add("LANDLOCK_ERRATA=0x").add(support.errata, 16).put('\n');
    add_field(record, "LANDLOCK_TAG", tag_.text);
    if (program_ != nullptr) add_field(record, "LANDLOCK_PROGRAM", program_);
}

void Reporter::enforced(const Outcome& outcome) {
    // Without a receiver, the buffers in send_enforced() would cost pages of the stack for nothing.
    if (!outcome.unenforced.empty() || notify_ >= 0 || journal_ >= 0 || stream_ >= 0)
        send_enforced(outcome);
}

void Reporter::send_enforced(const Outcome& outcome) {
    const bool degraded = !outcome.not_stood_in.empty();
    const char* const status = degraded ? report::status_degraded : report::status_enforced;
    // There is room for the names of all rights, and for a policy's name as long as a value may be.
    Buffer<value_limit + 2048> line;
    if (!plan_.policy.empty()) line.add(clip(plan_.policy)).add(" ");
    line.blank_controls();
    line.add(status);
    add_summary(&line, outcome);
    send_status(line.view(), 0);  // one line of systemctl status; the record says the rest
    add_details(&line, outcome);
    Buffer<4 * value_limit + 4096> record;
    begin_record(&record, line.view(),
                 degraded ? report::message_degraded : report::message_enforced,
                 degraded ? '4' : '6', status, outcome.support);
    add_number(&record, "LANDLOCK_RULES", outcome.rules);
    add_number(&record, "LANDLOCK_LAYERS", outcome.layers);
    add_list(&record, "LANDLOCK_UNENFORCED", outcome.unenforced);
    add_list(&record, "LANDLOCK_STOOD_IN", outcome.stood_in);
    add_list(&record, "LANDLOCK_NOT_STOOD_IN", outcome.not_stood_in);
    if (plan_.dropped != 0) {
        record.add("LANDLOCK_DROPPED=");
        add_names(&record, plan_.dropped);
        record.put('\n');
    }
    const bool sent = send_record(record.view()) || write_line(line.view(), outcome);
    if (!outcome.unenforced.empty() && !sent) to_stderr(line.view());
}

void Reporter::failed(const Failure& failure, const Support& support, std::string_view what,
                      const char* message_id, const char* status) {
    connect();
    Buffer<8192> line;
    if (!plan_.policy.empty()) line.add(clip(plan_.policy)).add(" ");
    line.add(what).add(": ").add(failure.text.view());
    line.blank_controls();
    Buffer<5 * value_limit + 2048> record;
    begin_record(&record, line.view(), message_id, '3', status, support);
    add_field(&record, "LANDLOCK_ERROR", failure.text.view());
    if (failure.error != 0) add_number(&record, "ERRNO", static_cast<std::uint64_t>(failure.error));
    send_status(line.view(), failure.error);
    const bool sent = send_record(record.view());
    if (!sent || !is_journal(2)) to_stderr(line.view());
    // journald finds the unit in /proc/PID/cgroup when it reads the record
    // (client_context_read_cgroup(), src/journal/journald-context.c). If the process exits at once,
    // it is gone by then for one record in ten, and the record has no unit. A failed start has the
    // time to wait.
    if (sent) sys::sleep_milliseconds(settle_milliseconds);
}

void Reporter::refused(const Failure& failure, const Support& support) {
    failed(failure, support, "refused", report::message_refused, report::status_refused);
}

void Reporter::exec_failed(const Failure& failure, const Support& support) {
    failed(failure, support, "not started", report::message_exec_failed, report::status_enforced);
}

void Reporter::send_status(std::string_view text, int error) {
    if (notify_ < 0) return;
    Buffer<2048> message;
    message.add("STATUS=ringfence: ");
    // PID 1 ignores a status with control characters or invalid UTF-8. The caller has taken the
    // former out.
    message.add({text.data(), text.size() < status_limit ? text.size() : status_limit});
    if (error != 0) message.add("\nERRNO=").add(static_cast<std::uint64_t>(error));
    // Otherwise any process of the unit could write the status, and one of root's could name
    // another main process. systemd 254 and later know this; earlier ones ignore it.
    if (plan_.hides_notify) message.add("\nNOTIFYACCESS=none");
    sys::send(notify_, message.view().data(), message.view().size());
}

bool Reporter::send_record(std::string_view record) {
    if (journal_ < 0) return false;
    const long sent = sys::send(journal_, record.data(), record.size());
    if (sent >= 0) return true;
    Failure note;
    set_failure(&note, 0, sent, "the journal did not take the record of this start", "");
    to_stderr(note.text.view());
    return false;
}

bool Reporter::write_line(std::string_view text, const Outcome& outcome) const {
    if (stream_ < 0) return false;
    Buffer<2 * value_limit + 2560> line;
    line.add("<").put(report::line_priority);
    line.add(">").add(report::line_prefix).add(text).add(report::line_tag).add(tag_.text);
    line.add(report::line_layers).add(std::uint64_t{outcome.layers});
    if (!plan_.policy.empty()) line.add(report::line_policy).add(clip(plan_.policy));
    if (!plan_.digest.empty()) line.add(report::line_digest).add(clip(plan_.digest));
    line.blank_controls();
    line.put('\n');
    return send_or_write(stream_, line.view()) >= 0;
}

int Reporter::journal_stream() const {
    for (const int fd : {1, 2})
        if (is_journal(fd)) return fd;
    return -1;
}

bool Reporter::is_journal(int fd) const {
    sys::FileIdentity identity;
    return sys::identify(fd, "", &identity) >= 0 && is_journal(identity);
}

bool Reporter::is_journal(const sys::FileIdentity& identity) const {
    const char* const stream = environment_.get("JOURNAL_STREAM");
    if (stream == nullptr) return false;
    Buffer<48> expected;
    expected.add(identity.device).add(":").add(identity.inode);
    return expected.view() == stream;
}

// With StandardInput=socket, standard error is the connection to a client, who must not learn of
// policies and paths. At the other end of a unit's pipe may be anybody, too. A person who runs the
// wrapper by hand reads it, and has no invocation.
bool Reporter::may_be_a_client(int fd) const {
    const bool fenced = !plan_.digest.empty();
    const bool invoked = environment_.get("INVOCATION_ID") != nullptr;
    sys::FileIdentity identity;
    if (sys::identify(fd, "", &identity) < 0) return fenced && invoked;
    const auto type = static_cast<std::uint16_t>(identity.mode & sys::type_mask);
    if (type == sys::type_fifo) return fenced && invoked;
    return type == sys::type_socket && (fenced || invoked) && !is_journal(identity);
}

void Reporter::to_stderr(std::string_view text) const {
    // If standard error is closed, one of the sockets may have got its number.
    if (notify_ == 2 || journal_ == 2 || may_be_a_client(2)) return;
    Buffer<8448> line;
    line.add("ringfence-exec: ").add(text).put('\n');
    if (plan_.reports != 0)
        send_or_write(2, line.view());
    else
        sys::write(2, line.view().data(), line.view().size());
}

}  // namespace ringfence::exec
