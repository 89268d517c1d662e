// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table of checks: what `ringfence check` looks for in policies and in the units that they
// fence. ringfence-check(1) documents each row, and a test compares the two.
//
// Identifiers must not change, because policies name them to justify exceptions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "base/severity.h"
#include "dropin/attachment.h"
#include "policy/model/rules.h"
#include "unit/unit.h"

namespace ringfence::lint {

/// What a check must know. If that is not known, the check is left out.
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

/// The subject of a check.
struct Subject {
    const policy::Rules& rules;        ///< as they are written
    const policy::Rules& enforced;     ///< with the rules that the unit contributes
    const FencedUnit* unit = nullptr;  ///< nullptr: a policy on its own
    const Root* root = nullptr;  ///< nullptr: the files are not those of the service's machine
    bool user = false;           ///< of a user's service manager
};

struct Finding {
    std::string id;
    Severity severity = Severity::note;
    Diagnostic problem;   ///< its hint says what to do
    std::string subject;  ///< the path or other object that an exception can name; may be empty
    std::string policy;   ///< the policies' names, joined with "+"; may be empty
    std::string unit;     ///< empty if the finding is about the policy
    std::string reason;   ///< the policy's reason for an exception; empty: there is none

    bool operator==(const Finding&) const = default;
};

struct Check;

/// Takes the findings of one check.
class Reporter {
  public:
    Reporter(const Check& check, const Subject& subject, std::vector<Finding>& findings)
        : check_(check), subject_(subject), findings_(findings) {}

    /// `hint` replaces the row's.
    void add(const Location& where, std::string about, std::string message, std::string hint = {});
    /// The finding is about the place that grants the access. The policy's own place comes before
    /// an abstraction's.
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

/// The row of an identifier. nullptr if there is none.
const Check* find_check(std::string_view id);

/// Makes all checks that need no more than what `subject` has.
std::vector<Finding> check(const Subject& subject);

// The functions of the table, one file a group ----------------------------------------------------

// places.cc: rules on sensitive places
void check_broad_write(const Subject& subject, Reporter& report);
void check_control_write(const Subject& subject, Reporter& report);
void check_broad_read(const Subject& subject, Reporter& report);
void check_broad_execute(const Subject& subject, Reporter& report);
void check_data_execute(const Subject& subject, Reporter& report);
void check_command_execute(const Subject& subject, Reporter& report);
void check_whole_tree(const Subject& subject, Reporter& report);
void check_credentials(const Subject& subject, Reporter& report);
void check_device_node(const Subject& subject, Reporter& report);
void check_root_socket(const Subject& subject, Reporter& report);
void check_replaced_file(const Subject& subject, Reporter& report);

// grants.cc: what else is allowed
void check_write_execute(const Subject& subject, Reporter& report);
void check_all_ports(const Subject& subject, Reporter& report);
void check_wide_ports(const Subject& subject, Reporter& report);
void check_unrestricted(const Subject& subject, Reporter& report);
void check_kept_capability(const Subject& subject, Reporter& report);

// links.cc: whose path the service itself can lead elsewhere
void check_nested_grant(const Subject& subject, Reporter& report);
void check_foreign_link(const Subject& subject, Reporter& report);

// effects.cc: rules that have no effect, or another one
void check_covered_rule(const Subject& subject, Reporter& report);
void check_unreachable_rule(const Subject& subject, Reporter& report);
void check_udp_without_bind(const Subject& subject, Reporter& report);
void check_newer_rights(const Subject& subject, Reporter& report);
void check_log_socket(const Subject& subject, Reporter& report);
void check_name_service_socket(const Subject& subject, Reporter& report);

// files.cc: how rules fit the files of the machine
void check_right_on_file(const Subject& subject, Reporter& report);
void check_edited_file(const Subject& subject, Reporter& report);
void check_link_outside(const Subject& subject, Reporter& report);
void check_missing_path(const Subject& subject, Reporter& report);
void check_setuid_program(const Subject& subject, Reporter& report);
void check_setuid_tree(const Subject& subject, Reporter& report);

// units.cc, own_writes.cc, filters.cc, hidden.cc, denied_calls.cc: how policy and unit fit
// together
void check_reload_signal(const Subject& subject, Reporter& report);
void check_notify_socket(const Subject& subject, Reporter& report);
void check_bus_socket(const Subject& subject, Reporter& report);
void check_unfenced_command(const Subject& subject, Reporter& report);
void check_bare_key(const Subject& subject, Reporter& report);
void check_unset_variable(const Subject& subject, Reporter& report);
void check_inherited_grant(const Subject& subject, Reporter& report);
void check_written_program(const Subject& subject, Reporter& report);
void check_written_input(const Subject& subject, Reporter& report);
void check_opened_before_fence(const Subject& subject, Reporter& report);
void check_outlives_restart(const Subject& subject, Reporter& report);
void check_selinux_domain(const Subject& subject, Reporter& report);
void check_apparmor_profile(const Subject& subject, Reporter& report);
void check_exec_type(const Subject& subject, Reporter& report);
void check_log_identifier(const Subject& subject, Reporter& report);
void check_system_call_filter(const Subject& subject, Reporter& report);
void check_no_reports(const Subject& subject, Reporter& report);
void check_hidden_path(const Subject& subject, Reporter& report);
void check_read_only_path(const Subject& subject, Reporter& report);
void check_denied_mount(const Subject& subject, Reporter& report);
void check_denied_process(const Subject& subject, Reporter& report);
void check_unmediated(const Subject& subject, Reporter& report);

}  // namespace ringfence::lint
