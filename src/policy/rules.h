// SPDX-License-Identifier: LGPL-2.1-or-later
// Resolved rules: what one unit's fence enforces, with where each rule came from.
//
// The stages are text → Policy (one file, parsed) → Rules (all files merged). Only resolve() makes
// Rules, so nothing that was not checked can be rendered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "landlock/access.h"

namespace ringfence::policy {

/// Where a rule was written.
struct Origin {
    Location where;
    SharedText policy;  ///< the chain of names that led there: "nginx", "nginx > tls > base"
    SharedText reason;  ///< the author's reason; may be empty

    bool operator==(const Origin&) const = default;
};

/// Whether an abstraction says so, and not the policy itself.
inline bool is_of_abstraction(const Origin& origin) {
    return origin.policy.str().find(" > ") != std::string::npos;
}

/// A rule keeps as many places that grant it, the first ones.
inline constexpr std::size_t most_origins = 16;

/// Rights on a file or everything beneath a directory.
struct PathRule {
    std::string path;  ///< as in a unit file: specifiers and ${VAR} unexpanded, without the "-"
    bool optional = false;        ///< "-": no error when the path does not exist
    landlock::Access access;      ///< fs only; never empty; masked to what the layer handles
    std::vector<Origin> origins;  ///< the places that grant some of it, in reading order
};

/// Rights on the ports first…last, both included.
struct PortRule {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    landlock::Access access;  ///< net only, one right
    std::vector<Origin> origins;
};

/// Where a layer is told to leave a right or a scope alone, or to restrict a scope.
struct HandlingOrigin {
    landlock::Access access;
    bool restricted = false;
    Origin origin;
};

/// One Landlock ruleset.
struct Layer {
    int abi = 0;                    ///< rights of ABI 1…abi are handled…
    landlock::Access unrestricted;  ///< …but these (fs and net)
    landlock::Access scopes;        ///< the scopes that are restricted
    std::vector<PathRule> paths;    ///< sorted by path, one row a (path, optional)
    std::vector<PortRule> ports;    ///< sorted by (right, first), neither overlapping nor touching
    Origin origin;                  ///< the policy's file, or the [[layer]]
    std::vector<HandlingOrigin> handling;  ///< those that hold, in reading order
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
    std::string value;  ///< as it is written behind "=", in one line
    Origin origin;
};

/// A file that was read, whether or not a rule of it is left.
struct Source {
    SharedText path;
    SharedText policy;  ///< the chain of names that led there, as in Origin
    bool drop_in = false;
};

/// What a drop-in took away.
struct Removal {
    std::string what;  ///< a path, or a right and its ports: "net.bind_tcp 80-89"
    Origin origin;
};

/// A finding of `ringfence check` that the author has justified.
struct Exception {
    std::string id;    ///< of the check; whether there is one of this name, only the checks know
    std::string path;  ///< the rule that it is about; empty: all findings of the check
    Origin origin;     ///< with the reason
};

/// minimum_abi = "all": refuse on any degradation.
inline constexpr int minimum_abi_all = -1;

/// Where a wrapper says what it did (ringfence-exec(1), --report=).
struct Reports {
    bool notify = true;   ///< systemctl status
    bool journal = true;  ///< a record of its own

    bool operator==(const Reports&) const = default;
};

struct Rules {
    std::string name;    ///< the policy names of the unit, joined with "+"
    std::string digest;  ///< 16 hex digits over what is enforced: not origins, sources and texts
    std::string description;
    int minimum_abi = 1;  ///< 1…newest_abi, or minimum_abi_all
    bool inherit = true;
    std::vector<Layer> layers;  ///< at least one
    std::vector<QuietPath> quiet;
    std::vector<Directive> systemd;

    // What is enforced does not depend on the rest.
    std::vector<Source> sources;  ///< policies before their drop-ins, then what they extend
    std::vector<Removal> removed;
    std::vector<Exception> exceptions;
    std::vector<std::string> documentation;  ///< of all policies
    std::vector<std::string> units;
    Origin abi_origin;          ///< of the first policy
    Origin minimum_abi_origin;  ///< no file: nobody says so
    Origin inherit_origin;
};

}  // namespace ringfence::policy
