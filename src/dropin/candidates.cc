// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/candidates.h"

#include "unit/unit.h"

namespace ringfence::dropin {

using unit::NameKind;
using unit::ServiceName;

Candidates::Candidates(const unit::NameMap& map) : map_(map) {
    for (const std::string& name : map_.all_names())
        add(name);
    for (const unit::DropinDirectory& directory : map_.dropin_directories())
        add(directory.name);
    for (const std::string& name : map_.wanted())
        wanted_.insert(name);
}

void Candidates::add(const std::string& name) {
    const auto parts = unit::parse_service_name(name);
    if (!parts) return;
    if (parts->kind == NameKind::instance) known_instances_[parts->prefix].insert(parts->instance);
    if (is_prefix(*parts) && !map_.fragment(*parts)) return;
    if (parts->kind == NameKind::instance)
        instances_.merge(map_.related(*parts));
    else
        plain_and_templates_.insert(map_.id(*parts));
}

void Candidates::add_instance(const ServiceName& of_template, const std::string& instance) {
    if (const auto name = unit::parse_service_name(of_template.with_instance(instance)))
        instances_.merge(map_.related(*name));
}

void Candidates::add_instances_of_templates() {
    for (const std::string& full : plain_and_templates_) {
        const auto name = unit::parse_service_name(full);
        if (!name || name->kind != NameKind::template_name) continue;
        const std::vector<ServiceName> family = map_.template_family(*name);
        for (const ServiceName& member : family)
            for (const std::string& other : unit::dropin_names(member))
                add_instances_of_prefix(family, other);
    }
}

void Candidates::add_instances_of_prefix(const std::vector<ServiceName>& family,
                                         const std::string& other) {
    const auto parts = unit::parse_service_name(other);
    const auto known = parts ? known_instances_.find(parts->prefix) : known_instances_.end();
    if (known == known_instances_.end()) return;
    for (const std::string& instance : known->second)
        for (const ServiceName& member : family)
            add_instance(member, instance);
}

void Candidates::add_wanted_instances(const ServiceName& of_template) {
    for (const std::string& name : wanted_)
        if (const auto parts = unit::parse_service_name(name))
            if (parts->template_of() == of_template.full) instances_.merge(map_.related(*parts));
}

}  // namespace ringfence::dropin
