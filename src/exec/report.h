// SPDX-License-Identifier: LGPL-2.1-or-later
// The report: STATUS= by the protocol of sd_notify(3), and one record by journald's native protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). If the record cannot be sent, a line goes to the
// journal's stream, if standard output or error is one (landlock/report.h). Otherwise failures and
// degradations go to standard error.
//
// A report never stops a start and never blocks it. No send waits.
#pragma once

#include "exec/environment.h"
#include "exec/plan.h"
#include "exec/sys.h"

namespace ringfence::exec {

/// What was done before the program is executed.
struct Outcome {
    landlock::Support support;
    landlock::Access unenforced;
    landlock::Access stood_in;      ///< hidden by the unit's mounts: all checks succeeded
    landlock::Access not_stood_in;  ///< a check of the hidden sockets failed
    unsigned rules = 0;
    unsigned layers = 0;
    bool no_new_privs = false;  ///< the wrapper has set it
};

/// The comm of the process while it restricts itself; see landlock/report.h.
struct Tag {
    char text[report::tag_length + 1];
};

/// Makes it from random digits, so that nobody can know it before the start. `random` are the 16
/// bytes of AT_RANDOM (getauxval(3)), for kernels and filters that refuse getrandom(2).
Tag make_tag(const unsigned char* random);

class Reporter {
  public:
    Reporter(const Plan& plan, const Environment& environment, const Tag& tag)
        : plan_(plan), environment_(environment), tag_(tag) {}

    /// The program's path, for LANDLOCK_PROGRAM=.
    void set_program(const char* program) { program_ = program; }

    /// Connects the sockets, once, because the fence may forbid it later. A socket that cannot be
    /// connected is skipped.
    void connect();

    /// Reports "enforced" or, if a stand-in is missing, "degraded", just before execve(2).
    void enforced(const Outcome& outcome);
    /// Reports that the process could not be restricted, or that the unit is refused.
    void refused(const Failure& failure, const landlock::Support& support);
    /// Reports that the process is restricted and execve(2) failed.
    void exec_failed(const Failure& failure, const landlock::Support& support);

  private:
    void begin_record(Text* record, std::string_view message, const char* message_id, char priority,
                      const char* status, const landlock::Support& support) const;
    [[gnu::noinline]] void send_enforced(const Outcome& outcome);
    void failed(const Failure& failure, const landlock::Support& support, std::string_view what,
                const char* message_id, const char* status);
    void send_status(std::string_view text, int error);
    bool send_record(std::string_view record);
    bool is_journal(int fd) const;
    bool is_journal(const sys::FileIdentity& identity) const;
    bool may_be_a_client(int fd) const;
    int journal_stream() const;
    bool write_line(std::string_view line, const Outcome& outcome) const;
    void to_stderr(std::string_view text) const;

    const Plan& plan_;
    const Environment& environment_;
    const Tag& tag_;
    const char* program_ = nullptr;
    int notify_ = -1;
    int journal_ = -1;
    int stream_ = -1;  // only looked for without the journal's socket
    bool connected_ = false;
};

}  // namespace ringfence::exec
