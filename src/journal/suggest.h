// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the smallest policy change that would allow what was denied, or the reason why no change is
// proposed.
//
// These are the rules:
//  - There is one line for each path and each port. A group of landlock/groups.h is proposed if on
//    that object it grants exactly what was denied. In two cases the group may grant more, and the
//    comment of the line says so: `execute` also reads, because a program that may not be read
//    cannot be loaded; and `write` is proposed if both creating in a directory and writing or
//    removing was denied. Everything else becomes a [[filesystem.rule]] with the denied rights.
//  - Files are proposed as files. If the denials show that their names will be different next time,
//    the directory is proposed instead (generalise.h). Otherwise a comment mentions the directory
//    if several of its files were denied, or if listing it was denied.
//  - A path below a directory that the unit itself names (StateDirectory=), or with the unit's
//    instance in it, is written with a specifier (PathAlias).
//  - A path that does not lead to the denied object is refused, also if it is forced. If the path
//    could not be compared, the comment of the line says so.
//  - Scopes, ptrace and mount are refused: no rule can allow them for one object.
//  - Whatever `ringfence check` would warn about is refused with the reason (suspicion.h), unless
//    its path is forced. Both the denied access and the proposed rule are checked.
//  - A denial of a log that any user can write to is refused, unless its path is forced.
//  - Whatever the present policy allows is not proposed again. The judge decides (policy/judge).
//  - Whatever no drop-in can allow is refused: a layer of the policy denies it, or the policy's abi
//    is older than the right.
// Only denials with a unit and the name of a policy are used, so that no forged record can lead to
// a proposal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/review.h"
#include "landlock/access.h"
#include "policy/judge/hierarchy.h"
#include "policy/model/rules.h"

namespace ringfence::journal {

/// The denials behind a proposal or refusal.
struct Evidence {
    std::uint64_t count = 0;
    Time first = Time::max();
    Time last = Time::min();

    void add(const Tally& tally);
    void add(const Evidence& other);
};

/// One entry of a list in [filesystem] or a [[filesystem.rule]].
struct PathProposal {
    std::string path;         ///< as the kernel gave it; unescaped
    std::string written;      ///< the same with specifiers, as a policy has it: "%S/web"
    std::string why;          ///< why another path is proposed than the denied one; may be empty
    std::string suspicion;    ///< if forced: what `ringfence check` would warn about
    std::string key;          ///< the list's key ("read"); empty: an exact rule
    bool verified = true;     ///< the path leads to the denied objects (path_check.h)
    landlock::Access denied;  ///< what was denied
    landlock::Access grants;  ///< what the line grants, on this kind of object
    bool directory = false;
    Evidence evidence;
};

/// One entry of a list in [network].
struct PortProposal {
    std::uint16_t port = 0;
    std::string key;  ///< "bind_tcp"
    Evidence evidence;

    landlock::Access access() const;
};

/// A directory of which several files are proposed.
struct DirectoryNote {
    std::string directory;
    std::string key;  ///< the list that its files are in
    std::size_t files = 0;
    bool listed = false;  ///< listing the directory was denied, too
};

struct Refusal {
    Denial denial;
    std::string reason;
};

struct Suggestion {
    std::string policy;
    std::vector<PathProposal> paths;  ///< sorted by key, then path; exact rules last
    std::vector<PortProposal> ports;  ///< sorted by key, then port
    std::vector<DirectoryNote> notes;
    std::vector<Refusal> refused;

    std::size_t allowed = 0;  ///< proposals left out because the policy allows them by now

    bool empty() const { return paths.empty() && ports.empty(); }
};

/// Another way to write a path of a unit in a policy.
struct PathAlias {
    std::string prefix;   ///< "/var/lib/web", without "/" at its end
    std::string written;  ///< "%S/web"
    std::string why;      ///< "StateDirectory= of web.service"
};

/// The facts about a unit that suggestions need.
struct UnitFacts {
    std::vector<PathAlias> aliases;  ///< the most specific first
    policy::Specifiers specifiers;   ///< what the specifiers in its policy stand for
    /// The policies that the unit asks for. Nothing: not known.
    std::optional<std::set<std::string>> policies;
};

struct SuggestOptions {
    /// Nothing is known of a unit that is missing here.
    std::map<Unit, UnitFacts> units;
    /// The present policies, by the names in the reports ("nginx", "a+b"). If a policy is missing
    /// here, everything that was denied is proposed.
    std::map<std::string, policy::Rules> policies;
    /// On these paths and beneath them, `ringfence check`'s warnings do not refuse a proposal.
    std::set<std::string> forced;
};

/// One suggestion for each policy, in the order of their names. Fences without a policy's name
/// (rules on the command line) have a suggestion with an empty name.
std::vector<Suggestion> suggest(const std::vector<Denial>& denials,
                                const SuggestOptions& options = {});

/// The comment before a proposal, which names the denials behind it.
std::string comment_of(const PathProposal& proposal);
std::string comment_of(const PortProposal& proposal);

/// A text for use between TOML's double quotes.
std::string toml_text(std::string_view text);

/// The text of NAME.toml.d/50-review.toml. A comment before each line names its denials. Refusals
/// are comments at the end.
std::string to_toml(const Suggestion& suggestion);

}  // namespace ringfence::journal
