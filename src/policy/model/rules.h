// SPDX-License-Identifier: LGPL-2.1-or-later
// Resolved rules: what the fence of one unit enforces, and where each rule comes from.
//
// There are three stages: text → Policy (one file, parsed; policy.h) → Rules (all files merged).
// resolve() makes Rules of policies. dropin makes them of a unit's own settings, and adds those to
// the Rules of policies. Both check what they read, so whoever has Rules can render them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "landlock/capabilities.h"
#include "landlock/handling.h"
#include "landlock/link_trust.h"
#include "policy/model/settings.h"

namespace ringfence::policy {

/// Where a rule is written.
struct Origin {
    Location where;
    SharedText policy;  ///< "nginx"; "nginx > tls > base" where nginx extends tls, and tls base
    SharedText reason;  ///< the author's reason; may be empty
    landlock::Access access = {};  ///< of a rule: the rights that it has from this place

    bool operator==(const Origin&) const = default;
};

/// Whether the rule is an abstraction's, and not the policy's own.
inline bool is_of_abstraction(const Origin& origin) {
    return origin.policy.str().find(" > ") != std::string::npos;
}

/// A rule keeps this many of the places that grant it, the first ones, and each further one that
/// grants a right which no place before grants.
inline constexpr std::size_t most_origins = 16;

/// Rights on a file, or on a directory and everything beneath it.
struct PathRule {
    std::string path;  ///< as in a unit file: specifiers and ${VAR} unexpanded, without the "-"
    bool optional = false;        ///< "-": no error when the path does not exist
    landlock::Access access;      ///< fs only; never empty; masked to what the layer handles
    std::vector<Origin> origins;  ///< each place that grants some of `access`, in reading order
};

/// The places that grant some of `access`. A rule of several places may have each right from
/// another one.
std::vector<Origin> origins_of(const PathRule& rule, const landlock::Access& access);

/// A right on the ports first…last, both included.
struct PortRule {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    landlock::Access access;  ///< net only, one right
    std::vector<Origin> origins;
};

/// Where a file says that a layer does not restrict a right or a scope, or that it restricts a
/// scope.
struct HandlingOrigin {
    landlock::Access access;
    bool restricted = false;
    Origin origin;
};

/// One Landlock ruleset.
struct Layer {
    int abi = 0;                    ///< it handles the fs and net rights of ABI 1…abi…
    landlock::Access unrestricted;  ///< …but not these
    landlock::Access scopes;        ///< the scopes that it restricts
    std::vector<PathRule> paths;    ///< sorted by path; one row for each (path, optional)
    std::vector<PortRule> ports;    ///< sorted by (right, first); they neither overlap nor touch
    /// Rules for other architectures than this machine's, in the form of `paths`. They grant
    /// nothing, unless the unit has a root of its own, whose programs may be for any architecture.
    std::vector<PathRule> elsewhere;
    Origin origin;                         ///< the policy's file, or the [[layer]]
    std::vector<HandlingOrigin> handling;  ///< those that hold, in reading order

    /// What it restricts, wherever the kernel can.
    landlock::Access handled() const { return landlock::handled(abi, unrestricted, scopes); }
};

/// A path whose denials are not logged (ABI 10).
struct QuietPath {
    std::string path;
    bool optional = false;
    std::vector<Origin> origins;
};

/// An ordinary directive for the [Service] section.
struct Directive {
    std::string key;
    std::string value;  ///< the text behind "=", in one line
    Origin origin;
};

/// A socket, or a directory of sockets, that a policy with stand-ins lets the service connect to,
/// whatever its `abi`.
struct SocketGrant {
    std::string path;
    std::vector<Origin> origins;
};

/// A capability that the fence would take away, and that the service keeps.
struct KeptCapability {
    std::string name;  ///< of landlock::capabilities
    Origin origin;     ///< with the reason
};

/// A file that was read. Perhaps no rule of it is left.
struct SourceFile {
    SharedText path;
    SharedText policy;  ///< as in Origin
    bool drop_in = false;
};

/// A rule that a drop-in removed.
struct Removal {
    std::string what;  ///< a path, or a right and its ports: "net.bind_tcp 80-89"
    Origin origin;
};

/// A finding of `ringfence check` that the author has justified.
struct Exception {
    std::string id;    ///< of the check; perhaps no check has this name
    std::string path;  ///< the path of the rule; empty: all findings of the check
    Origin origin;     ///< with the reason
};

struct Rules {
    std::string name;    ///< the policy names of the unit, joined with "+"
    std::string digest;  ///< 16 hex digits over what is enforced (policy/resolve/digest.h)
    std::string description;
    std::string
        architecture;     ///< the machine's, in systemd's words; empty: not known, so all count
    int minimum_abi = 1;  ///< 1…newest_abi, or minimum_abi_all
    bool inherit = true;
    bool stand_ins = false;  ///< systemd hides sockets where fs.resolve_unix is not restricted
    landlock::LinkTrust trust_links = landlock::LinkTrust::others;
    bool forbid_landlock = false;  ///< refuse further Landlock calls inside
    std::vector<Layer> layers;     ///< at least one
    std::vector<QuietPath> quiet;
    std::vector<Directive> systemd;
    std::vector<SocketGrant> sockets;               ///< sorted by path
    std::vector<KeptCapability> kept_capabilities;  ///< a row for each place that names one

    /// What the wrapper takes away: all of landlock::capabilities but the kept ones.
    landlock::CapabilitySet dropped_capabilities() const;

    // What follows says where the rules come from. It changes nothing that is enforced.
    std::vector<SourceFile> sources;  ///< policies before their drop-ins, then what they extend
    std::vector<Removal> removed;
    std::vector<Exception> exceptions;
    std::vector<std::string> documentation;  ///< of all policies, each text once
    std::vector<std::string> units;
    Origin abi_origin;          ///< of the first policy
    Origin minimum_abi_origin;  ///< an empty file name: no file sets it
    Origin inherit_origin;
    Origin trust_links_origin;
    Origin forbid_landlock_origin;
    Origin stand_ins_origin;
};

}  // namespace ringfence::policy
