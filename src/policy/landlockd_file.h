// SPDX-License-Identifier: LGPL-2.1-or-later
// What a policy of landlockd says, read and checked, before it is anything of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/access.h"
#include "policy/document.h"
#include "policy/policy.h"

namespace ringfence::policy {

/// An element of [[fs_layer.rule]].
struct LandlockdRule {
    Located<std::string> path;  ///< absolute
    landlock::Access access;    ///< fs, of what its layer handles
};

/// [[fs_layer]]: a ruleset of its own.
struct LandlockdLayer {
    landlock::Access handled;
    std::vector<LandlockdRule> rules;
};

/// An element of [[net.rule]].
struct LandlockdPort {
    std::uint16_t port = 0;
    landlock::Access access;
};

/// A file that the broker opens for the service.
struct BrokeredPath {
    std::string key;   ///< the key of [broker] that names it
    std::string path;  ///< absolute
    landlock::Access access;
};

/// A key of [broker] for what it does when asked, and what to say of it: it has no equivalent.
struct OnRequest {
    const char* key;
    std::string_view advice;
};
inline constexpr std::string_view no_late_mounts =
    "nothing mounts for a service while it runs; TemporaryFileSystem= and BindPaths= do so before "
    "it starts";
inline constexpr OnRequest on_request_keys[] = {
    {"export", "nothing copies files out for a service; give it a directory to write to"},
    {"mount_tmpfs", no_late_mounts},
    {"mount_bind", no_late_mounts},
    {"mount_object", no_late_mounts},
    {"addfd", "systemd passes open files with OpenFile="},
};

/// [[mount.bind]], both absolute.
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
    std::vector<std::string> tmpfs;  ///< [mount]; paths are absolute
    std::vector<LandlockdBind> binds;
    std::vector<std::string> proc;
    std::string root;                 ///< [runtime]; empty: the machine's own
    std::string cwd;                  ///< empty: not said
    std::vector<std::string> denied;  ///< [seccomp]: names of system calls
    std::optional<int> denied_errno;
};

/// Errors: what its schema refuses, with positions; and relative paths of rules and of the broker,
/// which it starts from where it is called: a service has no such place.
Result<LandlockdFile> read_landlockd(const Value& root);

}  // namespace ringfence::policy
