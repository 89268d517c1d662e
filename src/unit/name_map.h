// SPDX-License-Identifier: LGPL-2.1-or-later
// The names of services in the load path, and the file that each of them leads to.
//
// Source: unit_file_build_name_map() and unit_file_find_fragment() in systemd's
// src/basic/unit-file.c; systemd.unit(5) on aliases, linked units and masks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "unit/load_path.h"
#include "unit/name.h"

namespace ringfence::unit {

/// A directory "NAME.d" in the load path.
struct DropinDirectory {
    std::string name;  ///< "nginx.service", "app-.service", "service"
    std::string path;
    std::size_t rank;  ///< position of its parent in the load path; 0 has the highest priority
};

/// The file of a unit.
struct Fragment {
    std::string path;
    bool listed = false;  ///< listed as a regular file, for Root::read_listed()
};

/// A file or a directory "NAME.d" in the load path that is not for services.
struct OtherFile {
    std::string path;
    bool is_directory = false;
};

class NameMap {
  public:
    /// Lists all directories of the load path.
    static NameMap build(const Root& root, const LoadPath& path);

    /// Directories that exist and cannot be listed. systemd leaves them out, too.
    const Diagnostics& problems() const { return problems_; }

    /// The file that a name leads to; aliases are followed. Nothing if there is none. An instance
    /// without a file of its own leads to the file of its template.
    std::optional<std::string> fragment(const ServiceName& name) const;
    /// The same, owned by the map; nullptr when there is none.
    const Fragment* fragment_file(const ServiceName& name) const;

    /// The names that the unit gets when systemd loads it as `name`: its Id first, the others
    /// sorted. When systemd loads it by another of these names, the unit may get other names; see
    /// SourceLoader::uncertainty().
    std::vector<std::string> names(const ServiceName& name) const;

    /// The unit's Id, which is the name of its fragment, for a template with the instance. If that
    /// name leads to another file, `name` is the Id.
    std::string id(const ServiceName& name) const;

    /// `name`, all its names, all names of those, and so on.
    std::set<std::string> related(const ServiceName& name) const;

    /// Whether a file is a mask or cannot be read, so that systemd loads nothing from it.
    static bool is_mask(const Root& root, const Fragment& file);

    /// The template of `name` and all templates that are aliases of it.
    std::vector<ServiceName> template_family(const ServiceName& name) const;

    /// The names of all services that have a file or a link in the load path.
    std::vector<std::string> all_names() const;

    /// The instances that are named in a .wants, .requires or .upholds directory.
    const std::set<std::string>& wanted() const { return wanted_; }

    /// All ".d" directories of services, ordered by rank and then by name.
    const std::vector<DropinDirectory>& dropin_directories() const { return dropin_directories_; }

    /// The unit files of other types, the ".d" directories of other units, and what is for no unit.
    /// Links from one directory of the load path to another are left out.
    const std::vector<OtherFile>& other_files() const { return others_; }

    /// The directories "NAME.d", highest priority first. `name`: "a.service", or "service".
    std::vector<const DropinDirectory*> dropin_directories_of(const std::string& name) const;

  private:
    const Fragment* follow(const std::string& name) const;
    bool leads_elsewhere(const std::string& instance, const Fragment& file) const;
    void add_aliases(const ServiceName& unit, const std::string& of, const Fragment& file,
                     std::set<std::string>& out) const;

    struct Builder;

    // A name leads to a path, which starts with "/", or to another name.
    std::map<std::string, Fragment> targets_;
    // From a principal name to its aliases.
    std::map<std::string, std::set<std::string>> aliases_;
    Diagnostics problems_;
    std::set<std::string> wanted_;
    std::vector<DropinDirectory> dropin_directories_;
    std::vector<OtherFile> others_;
    std::map<std::string, std::vector<std::size_t>> dropins_by_name_;
};

}  // namespace ringfence::unit
