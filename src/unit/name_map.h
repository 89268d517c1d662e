// SPDX-License-Identifier: LGPL-2.1-or-later
// Which names exist in the load path, and which file each leads to.
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
    std::size_t rank;  ///< of the load path's directory: 0 is the highest
};

/// The file of a unit.
struct Fragment {
    std::string path;
    bool listed = false;  ///< a regular file in a directory that was listed: Root::read_listed()
};

class NameMap {
  public:
    /// Lists all directories of the load path.
    static NameMap build(const Root& root, const LoadPath& path);

    /// Directories that exist and cannot be listed: systemd leaves them out, too.
    const Diagnostics& problems() const { return problems_; }

    /// The file that a name leads to, over aliases; nothing when there is none. An instance
    /// without a file of its own leads to its template's.
    std::optional<std::string> fragment(const ServiceName& name) const;
    /// The same, owned by the map; nullptr when there is none.
    const Fragment* fragment_file(const ServiceName& name) const;

    /// The names that the unit gets when it is loaded as `name`: its Id first, the others sorted.
    /// By another of them it may get others; Loader::uncertainty() finds that out.
    std::vector<std::string> names(const ServiceName& name) const;

    /// The unit's Id: the name of its fragment, with the instance put in. `name` itself where that
    /// leads to another file.
    std::string id(const ServiceName& name) const;

    /// `name`, its names, and theirs.
    std::set<std::string> related(const ServiceName& name) const;

    /// Whether a file is a mask, or cannot be looked at: nothing is loaded from it.
    static bool is_mask(const Root& root, const Fragment& file);

    /// The template of `name` and all templates that are aliases of it.
    std::vector<ServiceName> template_family(const ServiceName& name) const;

    /// Every service name that a file or link in the load path has.
    std::vector<std::string> all_names() const;

    /// Instances that some .wants, .requires or .upholds directory names.
    const std::set<std::string>& wanted() const { return wanted_; }

    /// Every "….d" directory of services: by rank, then by name.
    const std::vector<DropinDirectory>& dropin_directories() const { return dropin_directories_; }

    /// The directories for drop-ins of `name`, highest priority first ("a.service" or "service").
    std::vector<const DropinDirectory*> dropin_directories_of(const std::string& name) const;

  private:
    const Fragment* follow(const std::string& name) const;
    bool leads_elsewhere(const std::string& instance, const Fragment& file) const;
    void add_aliases(const ServiceName& unit, const std::string& of, const Fragment& file,
                     std::set<std::string>& out) const;

    struct Builder;

    // A name leads to a path (it starts with "/") or to another name.
    std::map<std::string, Fragment> targets_;
    // From a principal name to all other names that lead to it.
    std::map<std::string, std::set<std::string>> aliases_;
    Diagnostics problems_;
    std::set<std::string> wanted_;
    std::vector<DropinDirectory> dropin_directories_;
    std::map<std::string, std::vector<std::size_t>> dropins_by_name_;
};

}  // namespace ringfence::unit
