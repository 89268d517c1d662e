// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds policy files and their drop-ins on the search path. Private to this folder.
//
// The rules are those of systemd for unit files. The first directory that has NAME.toml wins. A
// link to /dev/null masks a name. The drop-ins of all directories apply in the order of their file
// names; of several with the same name, the one of the first directory applies. A file is missing
// only if the error is ENOENT. Any other error is reported, so that no policy of a lower directory
// silently takes the place of one that cannot be read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/resolve/search_path.h"

namespace ringfence::policy {

/// Where abstractions are, below each directory of the search path. Policies are in the directory
/// itself, for which `folder` is "".
inline constexpr std::string_view abstraction_folder = "abstractions/";

struct FoundFile {
    std::string path;
    std::string text;
    bool masked = false;  ///< linked to /dev/null
};

class Search {
  public:
    /// `root` and `path` must outlive it.
    Search(const Root& root, const SearchPath& path) : root_(root), path_(path) {}

    /// Finds NAME.toml in `folder`; of policies, NAME.json as well. Nothing when no directory has
    /// it. Errors: the file cannot be read; one directory has both NAME.toml and NAME.json.
    Result<std::optional<FoundFile>> find(std::string_view folder, const std::string& name) const;

    /// The file at this path below the first directory that has it. Errors: it cannot be read.
    Result<std::optional<FoundFile>> find_file(const std::string& relative) const;

    /// The files with this suffix in `relative` below all directories, in the order of their names
    /// and without masked ones. Errors: each file that cannot be read.
    Result<std::vector<FoundFile>> find_files(const std::string& relative,
                                              std::string_view suffix) const;

    /// The drop-ins, NAME.toml.d/*.toml in `folder`, in the order in which they apply.
    Result<std::vector<FoundFile>> drop_ins(std::string_view folder, const std::string& name) const;

    /// The names of all policies, or abstractions. Directories that cannot be read are left out.
    std::vector<std::string> names(std::string_view folder) const;

    /// The directories in one line, for a message.
    std::string directories() const;

  private:
    Result<std::optional<FoundFile>> read(const std::string& path) const;
    std::optional<unsigned char> type_of(const std::string& path) const;

    const Root& root_;
    const SearchPath& path_;
    // Each directory is listed once, since most files that are looked for do not exist.
    mutable std::map<std::string, FileResult<std::vector<DirectoryEntry>>> listings_;
};

}  // namespace ringfence::policy
