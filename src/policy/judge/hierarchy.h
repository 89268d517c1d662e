// SPDX-License-Identifier: LGPL-2.1-or-later
// The file tree as Landlock sees it. A rule is on an object (an inode), and it holds for everything
// that is reached through that object.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::policy {

class Hierarchy {
  public:
    Hierarchy() = default;
    Hierarchy(const Hierarchy&) = delete;
    Hierarchy& operator=(const Hierarchy&) = delete;
    virtual ~Hierarchy() = default;

    /// The objects from the one that `path` leads to up to the root. Each object has a name of its
    /// own, and the root's name is the last. Links are followed. If the object does not exist, its
    /// own name is the first.
    virtual std::vector<std::string> chain(const std::string& path) const = 0;
    virtual bool exists(const std::string& path) const = 0;
    virtual bool is_directory(const std::string& path) const = 0;
    /// Whether no mount point is between the root directory and `path`.
    virtual bool in_root_mount(const std::string& path) const = 0;

    /// Whether `path` leads to something in what `directory` leads to, at any depth.
    bool is_beneath(const std::string& path, const std::string& directory) const;
};

/// The texts that systemd replaces specifiers with: {'S', "/var/lib"} for %S (systemd.unit(5)).
using Specifiers = std::map<char, std::string>;

/// Paths as policies write them ("%%" and "$$" are the characters), without a file system. There
/// are no links, and every path exists and may be a directory. Double slashes, "." and a final
/// slash make no difference. The given specifiers are replaced. Other specifiers and ${VARIABLES}
/// are text. "/" is above every other path.
class WrittenPaths : public Hierarchy {
  public:
    explicit WrittenPaths(Specifiers specifiers = {}) : specifiers_(std::move(specifiers)) {}

    std::vector<std::string> chain(const std::string& path) const override;
    bool exists(const std::string&) const override { return true; }
    bool is_directory(const std::string&) const override { return true; }
    bool in_root_mount(const std::string&) const override { return true; }

  private:
    std::string expanded(const std::string& path) const;

    Specifiers specifiers_;
};

/// The hierarchy without any specifiers.
const Hierarchy& written_paths();

}  // namespace ringfence::policy
