// SPDX-License-Identifier: LGPL-2.1-or-later
// From denials to the smallest policy change that would allow them, or to the reason why none is
// proposed.
//
// Rules:
//  - One line a path and one a port. A group of landlock/groups.h is proposed when, on that object,
//    it grants what was denied and nothing else; two cases go further and say so in the line's
//    comment: `execute` also reads (a program that may not be read cannot be loaded), and `write`
//    where a directory was denied both creating in it and writing or removing. Everything else is a
//    [[filesystem.rule]] with exactly the rights that were denied.
//  - Files are proposed as files. Where their names will be others next time, and the denials show
//    it, the directory is proposed instead (generalise.h). Otherwise a directory is only mentioned,
//    in a comment, where several files of it were denied or it was itself listed.
//  - A path below a directory that the unit itself names (StateDirectory=) or with the unit's
//    instance in it is written with the specifier (PathAlias).
//  - Scopes, ptrace and mount have no rule that could allow them for one object: refused.
//  - What looks like an attack is refused with the reason (suspicion.h), unless forced.
//  - What the policy allows by now is not proposed again.
// Only denials with a unit and a policy's name are considered: nobody's forged record may lead to a
// proposal.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "journal/review.h"
#include "landlock/access.h"

namespace ringfence::journal {

/// What a proposal or refusal rests on.
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
    std::string why;          ///< why it is not the path that was denied; may be empty
    std::string suspicion;    ///< forced: what it looks like
    std::string key;          ///< the list's key ("read"); empty: an exact rule
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

    std::size_t allowed = 0;  ///< proposals left out: the policy allows them by now

    bool empty() const { return paths.empty() && ports.empty(); }
};

/// How a path of a unit can be written in a policy.
struct PathAlias {
    std::string prefix;   ///< "/var/lib/web", without "/" at its end
    std::string written;  ///< "%S/web"
    std::string why;      ///< "StateDirectory= of web.service"
};

struct SuggestOptions {
    /// The aliases of a unit, the most specific first.
    std::function<std::vector<PathAlias>(const Unit&)> aliases;
    /// Whether a policy allows these rights on a path (as it is written) by now.
    std::function<bool(const std::string& policy, const PathProposal&)> allows_path;
    std::function<bool(const std::string& policy, const PortProposal&)> allows_port;
    bool force = false;  ///< also what looks like an attack
};

/// One suggestion a policy, in the order of their names. Denials of fences without a policy's name
/// (rules on the command line) come as a suggestion with the empty name.
std::vector<Suggestion> suggest(const std::vector<Denial>& denials,
                                const SuggestOptions& options = {});

/// The comment over a proposal: what it rests on.
std::string comment_of(const PathProposal& proposal);
std::string comment_of(const PortProposal& proposal);

/// Text between TOML's double quotes, and the names of rights with a separator between them.
std::string toml_text(std::string_view text);
std::string names_of(const landlock::Access& access, const char* separator);

/// The text of NAME.toml.d/50-review.toml, with the evidence of each line in a comment; refusals
/// are comments at the end.
std::string to_toml(const Suggestion& suggestion);

}  // namespace ringfence::journal
