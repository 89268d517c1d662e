// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table of checks: what `ringfence check` looks for in policies and in the units that they
// fence. ringfence-check(1) documents each row; a test keeps the two in step.
//
// Identifiers are stable: policies name them where they justify an exception.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "dropin/attachment.h"
#include "policy/rules.h"
#include "unit/unit.h"

namespace ringfence::lint {

enum class Severity : std::uint8_t {
    note,     ///< worth knowing; nothing is wrong
    warning,  ///< allows more, or does less, than its author can have meant
    error,    ///< the service does not start
};

/// What a check must know. One that needs more than is known is not made.
enum class Needs : std::uint8_t {
    rules,      ///< the rules alone
    files,      ///< the files of the machine, too
    unit,       ///< the unit that they fence
    unit_files  ///< both
};

/// A unit that a policy fences.
struct FencedUnit {
    const unit::Unit& unit;
    const dropin::Attachment& attachment;
};

/// What is checked.
struct Subject {
    const policy::Rules& rules;        ///< as they are written
    const policy::Rules& enforced;     ///< with what they inherit from the unit; else the same
    const FencedUnit* unit = nullptr;  ///< nullptr: a policy on its own
    const Root* root = nullptr;        ///< nullptr: the files say nothing about it
    bool user = false;                 ///< of a user's service manager
};

struct Finding {
    std::string id;
    Severity severity = Severity::note;
    Diagnostic problem;   ///< its hint is what to do
    std::string subject;  ///< the path or other object that an exception can name; may be empty
    std::string policy;   ///< the policies' names, joined with "+"; may be empty
    std::string unit;     ///< empty: it is about the policy
    std::string reason;   ///< why the policy says that this is meant; empty: it does not

    bool operator==(const Finding&) const = default;
};

struct Check;

/// Takes what one check finds.
class Reporter {
  public:
    Reporter(const Check& check, const Subject& subject, std::vector<Finding>& findings)
        : check_(check), subject_(subject), findings_(findings) {}

    /// `hint` replaces the row's.
    void add(const Location& where, std::string about, std::string message, std::string hint = {});
    /// At the place that grants it: the policy's own before an abstraction's.
    void add(const std::vector<policy::Origin>& origins, std::string about, std::string message,
             std::string hint = {});

  private:
    const Check& check_;
    const Subject& subject_;
    std::vector<Finding>& findings_;
};

struct Check {
    const char* id;
    Severity severity;
    Needs needs;
    const char* why;                         ///< one sentence
    const char* fix;                         ///< the hint, unless the finding has a better one
    void (*run)(const Subject&, Reporter&);  ///< nullptr: found while reading (lint/run.h)
};

/// In the order of the manual.
std::span<const Check> checks();

/// The row of an identifier; nullptr when there is none.
const Check* find_check(std::string_view id);

/// All checks that `subject` is enough for.
std::vector<Finding> check(const Subject& subject);

/// "error", "warning", "note".
const char* name_of(Severity severity);

// The functions of the table, one file a group ----------------------------------------------------

// grants.cc: what is allowed
void check_broad_write(const Subject& subject, Reporter& report);
void check_control_write(const Subject& subject, Reporter& report);
void check_broad_read(const Subject& subject, Reporter& report);
void check_broad_execute(const Subject& subject, Reporter& report);
void check_write_execute(const Subject& subject, Reporter& report);
void check_whole_tree(const Subject& subject, Reporter& report);
void check_credentials(const Subject& subject, Reporter& report);
void check_all_ports(const Subject& subject, Reporter& report);
void check_wide_ports(const Subject& subject, Reporter& report);
void check_unrestricted(const Subject& subject, Reporter& report);

// effects.cc: what has no effect, or another one
void check_covered_rule(const Subject& subject, Reporter& report);
void check_unreachable_rule(const Subject& subject, Reporter& report);
void check_udp_without_bind(const Subject& subject, Reporter& report);
void check_newer_rights(const Subject& subject, Reporter& report);
void check_log_socket(const Subject& subject, Reporter& report);
void check_name_service_socket(const Subject& subject, Reporter& report);
void check_replaced_file(const Subject& subject, Reporter& report);

// files.cc: what the machine's files make of a rule
void check_right_on_file(const Subject& subject, Reporter& report);
void check_edited_file(const Subject& subject, Reporter& report);
void check_link_outside(const Subject& subject, Reporter& report);
void check_missing_path(const Subject& subject, Reporter& report);
void check_setuid_program(const Subject& subject, Reporter& report);
void check_setuid_tree(const Subject& subject, Reporter& report);

// units.cc, filters.cc: what the unit makes of a policy
void check_reload_signal(const Subject& subject, Reporter& report);
void check_notify_socket(const Subject& subject, Reporter& report);
void check_bus_socket(const Subject& subject, Reporter& report);
void check_bare_key(const Subject& subject, Reporter& report);
void check_unset_variable(const Subject& subject, Reporter& report);
void check_inherited_grant(const Subject& subject, Reporter& report);
void check_selinux_domain(const Subject& subject, Reporter& report);
void check_apparmor_profile(const Subject& subject, Reporter& report);
void check_system_call_filter(const Subject& subject, Reporter& report);
void check_no_reports(const Subject& subject, Reporter& report);
void check_unmediated(const Subject& subject, Reporter& report);

}  // namespace ringfence::lint
