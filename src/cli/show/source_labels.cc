// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/source_labels.h"

#include <algorithm>

namespace ringfence::cli {

namespace {

/// The last `parts` components of a path, or the whole path if it has fewer.
std::string tail_of(const std::string& path, unsigned parts) {
    std::size_t at = path.size();
    for (; parts > 0 && at != std::string::npos && at > 0; --parts)
        at = path.rfind('/', at - 1);
    return at == std::string::npos || at == 0 ? path : path.substr(at + 1);
}

}  // namespace

SourceLabels::SourceLabels(const policy::Rules& rules) {
    for (const policy::SourceFile& source : rules.sources)
        add({"", source.path, source.policy, source.drop_in});
    for (const policy::Layer& layer : rules.layers)
        add_layer(layer);
    for (const policy::QuietPath& quiet : rules.quiet)
        add_origins(quiet.origins);
    for (const policy::Origin* origin :
         {&rules.abi_origin, &rules.minimum_abi_origin, &rules.inherit_origin,
          &rules.trust_links_origin, &rules.forbid_landlock_origin, &rules.stand_ins_origin})
        add({"", origin->where.file, origin->policy});
    for (SourceLabel& row : rows_) {
        unsigned parts = 1;
        const auto shared = [&](const SourceLabel& other) {
            return other.path != row.path && tail_of(other.path, parts) == tail_of(row.path, parts);
        };
        while (std::any_of(rows_.begin(), rows_.end(), shared))
            ++parts;
        row.label = tail_of(row.path, parts);
        labels_[row.path] = row.label;
    }
}

void SourceLabels::add(SourceLabel file) {
    if (!file.path.empty() && labels_.try_emplace(file.path).second)
        rows_.push_back(std::move(file));
}

void SourceLabels::add_origins(const std::vector<policy::Origin>& origins) {
    for (const policy::Origin& origin : origins)
        add({"", origin.where.file, origin.policy});
}

void SourceLabels::add_layer(const policy::Layer& layer) {
    for (const policy::PathRule& rule : layer.paths)
        add_origins(rule.origins);
    for (const policy::PortRule& rule : layer.ports)
        add_origins(rule.origins);
    add_origins({layer.origin});
}

std::string SourceLabels::place(const Location& where) const {
    const auto label = labels_.find(where.file);
    if (where.file.empty() || label == labels_.end()) return "";
    return where.line == 0 ? label->second : label->second + ":" + std::to_string(where.line);
}

}  // namespace ringfence::cli
