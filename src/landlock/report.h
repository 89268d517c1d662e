// SPDX-License-Identifier: LGPL-2.1-or-later
// What the wrapper writes into the journal and what the readers look for: field names, message IDs
// and the form of the tag. Freestanding, so that both sides share this one file.
//
// A record carries, besides MESSAGE=, MESSAGE_ID= and PRIORITY=:
//   LANDLOCK_STATUS=      enforced | degraded | refused
//   LANDLOCK_POLICY=      the policy's name as the unit gave it; absent when none was given
//   LANDLOCK_POLICY_DIGEST=
//   LANDLOCK_ABI=         the kernel's ABI version, 0 without Landlock
//   LANDLOCK_ERRATA=      "0x7": the kernel's mask of fixed errata
//   LANDLOCK_RULES=       rules added, over all layers
//   LANDLOCK_LAYERS=      domains entered: one a layer
//   LANDLOCK_UNENFORCED=  comma-separated rights that were asked for and are not enforced; absent
//   when none LANDLOCK_TAG=         the comm of the domains' audit records; see below
//   LANDLOCK_PROGRAM=     the program that is, or would have been, executed
//   LANDLOCK_ERROR=       what failed (refused and exec failed)
//   ERRNO=                the number of the error, when a system call failed
// journald adds the trusted _SYSTEMD_UNIT=, _SYSTEMD_INVOCATION_ID=, _PID= …
#pragma once

namespace ringfence::report {

// journalctl -x texts for these are in packaging/catalog.
inline constexpr char message_enforced[] = "24d70d8d2bc94cfc835749197d384851";
inline constexpr char message_degraded[] = "beef22579cf14cd7aa14eb249424db1b";
inline constexpr char message_refused[] = "4748a0589cb240159cefea06afd9731c";
inline constexpr char message_exec_failed[] = "b02586fc1bef445f8df00e4575609892";

inline constexpr char status_enforced[] = "enforced";
inline constexpr char status_degraded[] = "degraded";
inline constexpr char status_refused[] = "refused";

/// The tag is this prefix and the first 13 hex digits of $INVOCATION_ID (random outside systemd):
/// 15 bytes, as much as the kernel keeps of a comm.
inline constexpr char tag_prefix[] = "rf";
inline constexpr int tag_digits = 13;
inline constexpr int tag_length = 15;

// Exit statuses; 64 and 77, 78 are those of sysexits.h, 203 is systemd's EXIT_EXEC.
inline constexpr int exit_usage = 64;
inline constexpr int exit_cannot_enforce = 77;
inline constexpr int exit_refused = 78;
inline constexpr int exit_exec = 203;

}  // namespace ringfence::report
