// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table of sensitive places: the paths on which a service should not simply have rights,
// and why. `ringfence check` warns about a rule exactly where `ringfence denials --suggest` refuses
// to propose it, because both ask place_of().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/access.h"

namespace ringfence::places {

/// Why a place is sensitive. The comment says for which rights, and whether the kind holds for the
/// place alone or for everything in it as well.
enum class Kind : std::uint8_t {
    device_node,  ///< making devices; everywhere
    shared,       ///< reading and changing; alone: what is further down is somebody's own
    programs,     ///< executing; alone: where all programs are
    kernel,       ///< every right; alone: interfaces to the whole machine
    home,         ///< reading and changing; alone: people's homes
    control,      ///< changing; with everything in it: decides what runs, and how
    credentials,  ///< every right but executing; with everything in it
    system,       ///< changing; with everything in it: the machine's programs and configuration
    data,         ///< executing; with everything in it: services and people write there
    commands,     ///< executing: programs that run what they are told to
    root_socket,  ///< connecting; with everything in it: who connects can do what root can
    temporary,    ///< no right: everybody may write there, but the directory is shared
    replaced,     ///< every right; alone: files that programs replace by rename
    rotated,      ///< changing; alone: log files that logrotate(8) renames
};

struct Place {
    /// A pattern of fnmatch(3). If it begins with "/" or "%", "*" stays within one component of
    /// the path; otherwise it also matches "/". "%S" and its like stand for what they are in a
    /// user's service manager too.
    const char* glob;
    Kind kind;
    const char* what;  ///< "is …", "holds …": continues the path
};

/// How a path and a place lie to each other.
enum class Relation : std::uint8_t {
    itself,  ///< the path is the place
    inside,  ///< the path is in the place
    holds,   ///< the place is in the path, so that a rule on the path is one on the place as well
};

struct Match {
    const Place* place;
    std::string at;  ///< the place's path; a pattern if the relation is `holds`
    Relation relation;
};

/// The first row that makes one of these rights on `path` sensitive; nothing if no row does. `path`
/// need not be simplified. Other names of one directory ("/var/run", "/bin") are known.
std::optional<Match> place_of(std::string_view path, const landlock::Access& access);

/// The first row of this kind that `path` is, or is in, whatever the rights.
std::optional<Match> place_of(std::string_view path, Kind kind);

/// The rows for credentials, or for control, that are in `path` and that these rights would reach
/// by a rule on `path`.
std::vector<const Place*> places_beneath(std::string_view path, Kind kind,
                                         const landlock::Access& access);

/// Whether a rule on this directory would be one on files of others: of other services, of people,
/// or of the machine.
bool is_shared_directory(std::string_view path);

/// The rights that make places of this kind sensitive.
landlock::Access sensitive_rights(Kind kind);

/// All rows, in the order in which place_of() goes through them.
std::span<const Place> table();

}  // namespace ringfence::places
