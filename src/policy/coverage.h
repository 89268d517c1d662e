// SPDX-License-Identifier: LGPL-2.1-or-later
// What rules allow on a path: a rule on a directory holds for everything beneath it, and every
// layer must allow an access that it handles (Documentation/userspace-api/landlock.rst, "Layers of
// file path access rights").
//
// Paths are compared as they are written: links are not followed, specifiers and ${VARIABLES} are
// text. "/" covers every other path.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/access.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// `path` without double slashes, "." components and a slash at its end.
std::string simplify(std::string_view path);

/// Whether `path` is `directory` or beneath it; both simplified.
bool covers(std::string_view directory, std::string_view path);

/// `path`, the directory that it is in, and so on up to "/"; simplified.
std::vector<std::string> with_parents(std::string_view path);

/// What a layer denies where no rule of it allows it: fs and net rights, and scopes.
landlock::Access handled(const Layer& layer);

/// The rules of one set, to ask about many paths.
class Coverage {
  public:
    explicit Coverage(const Rules& rules);
    explicit Coverage(const Layer& layer);

    /// The fs rights that all layers allow at `path`, those that nobody handles included.
    landlock::Access allowed(std::string_view path) const;

    /// Where `access` at `path` comes from: the origins of every rule that grants some of it.
    std::vector<Origin> origins(std::string_view path, const landlock::Access& access) const;

  private:
    struct Tree {
        landlock::Access unhandled;  // fs only
        std::map<std::string, landlock::Access, std::less<>> granted;
        std::map<std::string, std::vector<const PathRule*>, std::less<>> rules;
    };
    void add(const Layer& layer);

    std::vector<Tree> layers_;
};

}  // namespace ringfence::policy
