// SPDX-License-Identifier: LGPL-2.1-or-later
// A source that is made from text. The entries that a review needs are kept in a temporary file
// without a name. So standard input can be read in several passes, and memory does not grow with
// it.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "journal/source.h"

namespace ringfence::journal {

class Spool : public Source {
  public:
    /// Makes the file in $TMPDIR, /var/tmp or /tmp. Errors: no such directory can be written to.
    static Result<std::unique_ptr<Spool>> make(bool knows_boots);

    /// Keeps an entry if a review needs it. All entries must be added before the first select(), in
    /// the order in which journald or auditd received them. Errors: the file cannot be written, for
    /// example because the disk is full.
    Result<void> add(const Entry& entry);
    /// Where the next entry that is kept will be.
    std::uint64_t position() const { return size_; }
    /// Takes back the entry that was kept at a position.
    Result<void> withdraw(std::uint64_t position);
    void add_unreadable() { ++unreadable_; }
    void add_unread() { ++unread_; }
    void set_unproved() { proved_ = false; }

    Result<void> select(const Selection& selection) override;
    Result<bool> next() override;
    std::optional<std::string_view> field(const char* name) override;
    Time time() override { return entry_.time; }
    Id boot() override { return entry_.boot; }
    Result<std::vector<Unit>> units_of_invocation(std::string_view digits) override;
    bool knows_boots() const override { return knows_boots_; }
    std::uint64_t unreadable() const override { return unreadable_; }
    std::uint64_t unread() const override { return unread_; }
    bool proved() const override { return proved_; }
    // In logs, read_audit_logs() finds them.
    bool may_have_copies() const override { return printed_ && knows_boots_; }

  private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
    Spool(File file, bool knows_boots) : file_(std::move(file)), knows_boots_(knows_boots) {}
    void note_invocation(const Entry& entry);
    Result<void> write(const void* data, std::size_t size);
    Result<void> write_text(std::string_view text);
    bool read(void* data, std::size_t size);
    bool read_text(std::string& text);
    bool read_entry();

    File file_;
    bool knows_boots_;
    Selection selection_;
    Entry entry_;
    Pass pass_ = Pass::denials;  // of the current entry
    std::map<std::string, Unit, std::less<>> invocations_;
    std::uint64_t size_ = 0;  // of the file, while entries are added
    std::uint64_t unreadable_ = 0, unread_ = 0;
    bool proved_ = true;
    bool printed_ = false;  // an entry is of the kernel's log
};

/// The format of a file. Its first bytes tell it; eight are enough to know a journal file and a
/// log.
enum class Format : std::uint8_t {
    journal,      ///< a journal file: sd_source.h
    export_text,  ///< https://systemd.io/JOURNAL_EXPORT_FORMATS
    json,         ///< one object a line, as `journalctl -o json` writes it; RFC 7464 sequences too
    log,          ///< lines of another kind, which may be those of a log (audit_line.h)
    empty,
};
Format format_of(std::string_view first_bytes);

/// Turns a line of JSON into an entry by calling set_exported() for each member. False if the line
/// is not an entry.
using ParseJson = std::function<bool(std::string_view line, Entry& entry)>;

/// One input, with its name in messages.
struct Input {
    std::string name;
    std::FILE* file = nullptr;  ///< not owned; need not be seekable
    /// What went wrong with the file besides errors of reading it, after its end; or empty.
    std::function<std::string()> problem;
};

/// Reads an input of one of the text formats into a spool. `parse_json` may be empty if the format
/// is not JSON. Errors: reading or writing fails, the file has no known format, or it
/// has fields and none is of a journal entry.
Result<void> read_text(const Input& input, const ParseJson& parse_json, Spool& spool);

/// Reads logs of auditd and syslog daemons and outputs of dmesg, ordered by the times of their
/// records. Machines (node=, or the host of a syslog line) are kept apart. A boot begins where the
/// serial numbers of auditd's own log start again. A record that is in several files counts once,
/// with what the best of them says (copies.h). If other programs write to one of the files, the
/// spool is not proved: anybody can write such a line to the syslog, and in such a file a line of
/// auditd's form is no proof either. A log is known to be such a file from its first line of
/// another program or with a prefix on.
/// Errors: reading or writing fails, or a file is no log.
Result<void> read_audit_logs(const std::vector<Input>& inputs, Spool& spool);

/// Joins auditd's records with the wrapper's reports in a journal. Reports come from the journal,
/// everything else from `log`.
std::unique_ptr<Source> join_sources(std::unique_ptr<Source> log, std::unique_ptr<Source> journal);

}  // namespace ringfence::journal
