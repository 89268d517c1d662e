// SPDX-License-Identifier: LGPL-2.1-or-later
// What the wrapper writes into the journal and what the readers look for: names of fields, message
// IDs and the form of the tag. Freestanding, so that the wrapper and the readers share this file.
//
// Besides MESSAGE=, MESSAGE_ID= and PRIORITY=, a record has:
//   LANDLOCK_STATUS=      enforced | degraded | refused; degraded: LANDLOCK_NOT_STOOD_IN= is there.
//                         Earlier versions wrote "degraded" for every LANDLOCK_UNENFORCED=, so
//                         readers judge by the other fields (journal/wrapper_report.h)
//   LANDLOCK_POLICY=      the policy's name, as the unit gives it; absent if there is none
//   LANDLOCK_POLICY_DIGEST=
//   LANDLOCK_ABI=         the kernel's ABI version, 0 without Landlock
//   LANDLOCK_ERRATA=      "0x7": the kernel's mask of fixed errata
//   LANDLOCK_RULES=       number of rules, in all layers
//   LANDLOCK_LAYERS=      number of domains that were entered, one for each layer
//   LANDLOCK_UNENFORCED=  rights that are not enforced, with commas between; absent if none
//   LANDLOCK_STOOD_IN=    rights for which something else stands in, as the wrapper has seen; of
//                         these, what is in LANDLOCK_UNENFORCED= is not restricted by the kernel
//   LANDLOCK_NOT_STOOD_IN=  rights for which something else was to stand in, and does not
//   LANDLOCK_DROPPED=     capabilities that are gone for good, with commas between; absent if none
//   LANDLOCK_TAG=         the comm in the audit record of the domain; see below
//   LANDLOCK_PROGRAM=     the program that was executed, or would have been
//   LANDLOCK_ERROR=       what failed; only if the start was refused or the program not executed
//   ERRNO=                the error number of the system call that failed
//
// journald adds the trusted fields _SYSTEMD_UNIT=, _SYSTEMD_INVOCATION_ID=, _PID= …
#pragma once

namespace ringfence::report {

// packaging/catalog has the texts that journalctl -x shows for them.
inline constexpr char message_enforced[] = "24d70d8d2bc94cfc835749197d384851";
inline constexpr char message_degraded[] = "beef22579cf14cd7aa14eb249424db1b";
inline constexpr char message_refused[] = "4748a0589cb240159cefea06afd9731c";
inline constexpr char message_exec_failed[] = "b02586fc1bef445f8df00e4575609892";

inline constexpr char status_enforced[] = "enforced";
inline constexpr char status_degraded[] = "degraded";
inline constexpr char status_refused[] = "refused";

// If the journal's socket cannot be reached, the wrapper writes a line to its standard output or
// error, if that is the journal:
//   <5>ringfence: nginx enforced, ABI 7, 42 rules; tag=rf0123456789abc layers=1 policy=nginx
//   digest=…
// The service has the same stream later. So a line leads from a tag to a unit, and never says
// whether a fence is enforced.
inline constexpr char line_priority = '5';
inline constexpr char line_prefix[] = "ringfence: ";
inline constexpr char line_tag[] = "; tag=";
inline constexpr char line_layers[] = " layers=";
inline constexpr char line_policy[] = " policy=";
inline constexpr char line_digest[] = " digest=";

/// Every message of a fenced unit has this field with the digest of the fence that systemd started
/// it with (LogExtraFields= of the generator's drop-in). Services can send the field as well.
inline constexpr char field_fence[] = "LANDLOCK_FENCE";

/// The tag is this prefix and 13 random hex digits, so that nobody can send a report with it before
/// the wrapper runs. (Earlier versions took the first digits of $INVOCATION_ID.) These are 15
/// bytes, and the kernel keeps no more of a comm.
inline constexpr char tag_prefix[] = "rf";
inline constexpr int tag_digits = 13;
inline constexpr int tag_length = 15;

// Exit statuses. A service must not end with the two of a refusal, because systemd then does not
// start it again. Shells use 126 to 192, systemd 200 to 245 and 255, and programs that return a
// small negative number those below 256; the Linux Standard Base leaves 150 to 199 to applications.
// 64 is EX_USAGE of sysexits.h, and 203 is systemd's EXIT_EXEC.
inline constexpr int exit_usage = 64;
inline constexpr int exit_cannot_enforce = 198;
inline constexpr int exit_refused = 199;
inline constexpr int exit_exec = 203;

}  // namespace ringfence::report
