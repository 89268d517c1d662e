// SPDX-License-Identifier: LGPL-2.1-or-later
// Places in the file tree that a rule should not simply be on, and which checks care about them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::lint {

enum class Kind {
    shared,       ///< the files of many services; what is further down is somebody's own
    system,       ///< with everything beneath: the distribution's
    control,      ///< with everything beneath: decides what runs, and how
    home,         ///< people's files
    kernel,       ///< interfaces to the whole machine
    programs,     ///< where all programs are
    credentials,  ///< with everything beneath
    replaced,     ///< files that programs replace by rename
};

struct Place {
    const char* path;
    Kind kind;
    const char* what;  ///< "is …", "holds …"; continues the quoted path
};

/// The place of this kind that `path` is (or, for the kinds "with everything beneath", is in);
/// nullptr when it is none.
const Place* place_at(std::string_view path, Kind kind);

/// The places of this kind beneath `path`.
std::vector<const Place*> places_beneath(std::string_view path, Kind kind);

/// Whether a name looks like a private key's.
bool is_key_file(const std::string& path);

}  // namespace ringfence::lint
