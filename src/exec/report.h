// SPDX-License-Identifier: LGPL-2.1-or-later
// The report: STATUS= over the sd_notify(3) protocol, one record over journald's native protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL), and standard error where those do not arrive.
//
// A report never stops a start and never blocks one: every send is non-blocking, and what cannot be
// sent is dropped with a note on standard error.
#pragma once

#include "exec/environment.h"
#include "exec/plan.h"

namespace ringfence::exec {

/// What was done before the program is executed.
struct Outcome {
    landlock::Support support;
    landlock::Access unenforced;
    unsigned rules = 0;
    unsigned layers = 0;
    bool no_new_privs = false;  ///< the wrapper had to set it
};

/// The comm of the process while it restricts itself: landlock/report.h says what it is for.
struct Tag {
    char text[report::tag_length + 1];
};

/// From $INVOCATION_ID, or from `random` (16 bytes, AT_RANDOM of getauxval(3)) without one.
Tag make_tag(const Environment& environment, const unsigned char* random);

class Reporter {
  public:
    Reporter(const Plan& plan, const Environment& environment, const Tag& tag)
        : plan_(plan), environment_(environment), tag_(tag) {}

    /// The program's path, for LANDLOCK_PROGRAM=.
    void set_program(const char* program) { program_ = program; }

    /// Connects the sockets, once; a fence may forbid that later. What cannot be had is skipped.
    void connect();

    /// "enforced" or "degraded", just before execve.
    void enforced(const Outcome& outcome);
    /// The fence cannot be put up, or the unit is refused.
    void refused(const Failure& failure, const landlock::Support& support);
    /// The fence is up and execve failed.
    void exec_failed(const Failure& failure, const landlock::Support& support);

  private:
    void begin_record(Text* record, std::string_view message, const char* message_id, char priority,
                      const char* status, const landlock::Support& support) const;
    [[gnu::noinline]] void send_enforced(const Outcome& outcome);
    void failed(const Failure& failure, const landlock::Support& support, std::string_view what,
                const char* message_id, const char* status);
    void send_status(std::string_view text, int error);
    bool send_record(std::string_view record);
    bool stderr_is_journal() const;
    void to_stderr(std::string_view text) const;

    const Plan& plan_;
    const Environment& environment_;
    const Tag& tag_;
    const char* program_ = nullptr;
    int notify_ = -1;
    int journal_ = -1;
    bool connected_ = false;
};

}  // namespace ringfence::exec
