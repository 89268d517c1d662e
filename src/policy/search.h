// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds policy files and their drop-ins on the search path. Private to this folder.
//
// The rules are those of systemd's unit files: the first directory that has NAME.toml wins, a link
// to /dev/null masks, and drop-ins of all directories are taken in the order of their file names,
// the first directory winning for each. Only ENOENT is "not there": everything else that keeps a
// file from being read is an error, so that a policy is never silently replaced by a lower one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/resolve.h"

namespace ringfence::policy {

/// Of abstractions, below each directory of the search path; policies have none.
inline constexpr std::string_view abstraction_folder = "abstractions/";

struct SourceFile {
    std::string path;
    std::string text;
    bool masked = false;  ///< linked to /dev/null
};

class Search {
  public:
    Search(const Root& root, const SearchPath& path) : root_(root), path_(path) {}

    /// `folder`NAME.toml, or NAME.json of a policy; nothing when no directory has it. Errors: both
    /// in one directory.
    Result<std::optional<SourceFile>> find(std::string_view folder, const std::string& name) const;

    /// The first directory's file of this path below it.
    Result<std::optional<SourceFile>> find_file(const std::string& relative) const;

    /// The files with this suffix in the directory `relative` of all directories, in the order of
    /// their names, without masked ones.
    Result<std::vector<SourceFile>> find_files(const std::string& relative,
                                               std::string_view suffix) const;

    /// `folder`NAME.toml.d/*.toml in the order in which they apply, without masked ones.
    Result<std::vector<SourceFile>> drop_ins(std::string_view folder,
                                             const std::string& name) const;

    /// All names there are, for hints; directories that cannot be read are left out.
    std::vector<std::string> names(std::string_view folder) const;

    /// The directories, as text for a message.
    std::string directories() const;

  private:
    Result<std::optional<SourceFile>> read(const std::string& path) const;
    std::optional<unsigned char> type_of(const std::string& path) const;

    const Root& root_;
    const SearchPath& path_;
    // Each directory is listed once: most of what is looked for is not there.
    mutable std::map<std::string, FileResult<std::vector<DirectoryEntry>>> listings_;
};

}  // namespace ringfence::policy
