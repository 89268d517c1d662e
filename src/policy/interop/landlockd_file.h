// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy file of landlockd, read and checked, but not translated. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/access.h"
#include "policy/language/document.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

/// A [[fs_layer.rule]].
struct LandlockdRule {
    Located<std::string> path;  ///< absolute
    landlock::Access access;    ///< fs; the layer handles all of it
};

/// A [[fs_layer]], which is a ruleset of its own.
struct LandlockdLayer {
    landlock::Access handled;
    std::vector<LandlockdRule> rules;
};

/// A [[net.rule]].
struct LandlockdPort {
    std::uint16_t port = 0;
    landlock::Access access;
};

/// A file that the broker opens for the service.
struct BrokeredPath {
    std::string key;   ///< the key of [broker] that has it
    std::string path;  ///< absolute
    landlock::Access access;
};

/// A key of [broker] for something that the broker does on request. It has no equivalent; `advice`
/// says what to do instead.
struct OnRequest {
    std::string_view key;
    std::string_view advice;
};
inline constexpr std::string_view no_late_mounts =
    "systemd mounts nothing while a service runs; TemporaryFileSystem= and BindPaths= mount before "
    "it starts";
inline constexpr OnRequest on_request_keys[] = {
    {"export", "systemd copies no files out of a service; give it a directory to write to"},
    {"mount_tmpfs", no_late_mounts},
    {"mount_bind", no_late_mounts},
    {"mount_object", no_late_mounts},
    {"addfd", "systemd passes open files with OpenFile="},
};

/// A [[mount.bind]]. Both paths are absolute.
struct LandlockdBind {
    std::string source;
    std::string target;
    bool read_only = false;
};

struct LandlockdFile {
    std::vector<LandlockdLayer> layers;
    landlock::Access net_handled;
    std::vector<LandlockdPort> ports;
    std::vector<BrokeredPath> brokered;
    std::vector<OnRequest> on_request;
    std::vector<std::string> tmpfs;  ///< of [mount], as are binds and proc; absolute
    std::vector<LandlockdBind> binds;
    std::vector<std::string> proc;
    std::string root;                 ///< of [runtime]; empty: the root of the machine
    std::string cwd;                  ///< of [runtime]; empty: not given
    std::vector<std::string> denied;  ///< of [seccomp]: names of system calls
    std::optional<int> denied_errno;  ///< of [seccomp]: the number of the error
};

/// Errors: everything that its schema refuses, in the order of the file; and relative paths of
/// rules and of the broker. landlockd resolves those from its working directory, which a service
/// does not have.
Result<LandlockdFile> read_landlockd(const Value& root);

}  // namespace ringfence::policy
