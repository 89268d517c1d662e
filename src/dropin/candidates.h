// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the units that may need a drop-in. Private to this folder.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "unit/name_map.h"

namespace ringfence::dropin {

/// All units that have a file, a drop-in directory or an alias in the load path.
class Candidates {
  public:
    explicit Candidates(const unit::NameMap& map);

    /// The principal names of plain units and of templates.
    const std::set<std::string>& plain_and_templates() const { return plain_and_templates_; }
    /// All names of the instances that may differ from their template.
    const std::set<std::string>& instances() const { return instances_; }

    /// Call this after all templates were planned. An instance may differ from its template because
    /// of a file that is named after an alias of the template, or because of a drop-in directory
    /// "a-@x.service.d" for all units "a-…@x.service". All names of an instance are added, because
    /// they may lead to different files.
    void add_instances_of_templates();
    /// Adds an instance that has a policy of its own: "x" of "a@.service".
    void add_instance(const unit::ServiceName& of_template, const std::string& instance);
    /// Adds the instances of a template that other units want or require.
    void add_wanted_instances(const unit::ServiceName& of_template);

  private:
    void add(const std::string& name);
    void add_instances_of_prefix(const std::vector<unit::ServiceName>& family,
                                 const std::string& other);

    const unit::NameMap& map_;
    std::set<std::string> plain_and_templates_;
    std::set<std::string> instances_;
    std::set<std::string> wanted_;
    std::map<std::string, std::set<std::string>> known_instances_;  // by prefix
};

/// Whether the drop-in directory of this name is not for one unit: "app-.service.d" is for all
/// units whose names begin with "app-".
inline bool is_prefix(const unit::ServiceName& name) {
    return name.prefix.back() == '-';
}

}  // namespace ringfence::dropin
