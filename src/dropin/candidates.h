// SPDX-License-Identifier: LGPL-2.1-or-later
// Which units are to be looked at. Private to this folder.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "unit/name_map.h"

namespace ringfence::dropin {

/// Every unit that has a file, a drop-in directory or a name of its own.
class Candidates {
  public:
    explicit Candidates(const unit::NameMap& map);

    /// Principal names of plain units and of templates.
    const std::set<std::string>& plain_and_templates() const { return plain_and_templates_; }
    /// Of instances that may differ from their template, by all of their names.
    const std::set<std::string>& instances() const { return instances_; }

    /// To be called when no more templates come: what makes an instance differ from its template
    /// may be named after an alias of the template, or be a drop-in directory "a-@x.service.d" for
    /// all units "a-…@x.service". Each is looked at by all its names: what one of them leads to may
    /// differ.
    void add_instances_of_templates();
    /// An instance that has a policy of its own, "x" of "a@.service".
    void add_instance(const unit::ServiceName& of_template, const std::string& instance);
    /// The instances of a template that some unit wants or requires.
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

/// "app-.service.d" is for all units whose names start so, not for a unit "app-.service".
inline bool is_prefix(const unit::ServiceName& name) {
    return name.prefix.back() == '-';
}

}  // namespace ringfence::dropin
