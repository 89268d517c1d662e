// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/options.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/path.h"
#include "landlock/groups.h"
#include "policy/model/access_groups.h"
#include "policy/model/right_names.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;
using landlock::PathGroup;

// The order of the options. It is independent of the order in landlock::path_groups.
constexpr const PathGroup* group_order[] = {
    &policy::path_group("execute"), &policy::path_group("read"), &policy::path_group("write"),
    &policy::path_group("connect-unix")};

// The groups of each path rule of a layer.
std::vector<policy::PathGroups> groups_of_paths(const policy::Layer& layer) {
    const Access handled = layer.handled();
    std::vector<policy::PathGroups> groups;
    groups.reserve(layer.paths.size());
    for (const policy::PathRule& rule : layer.paths)
        groups.push_back(policy::groups_of(rule.access, handled));
    return groups;
}

class LayerWriter {
  public:
    LayerWriter(const policy::Rules& rules, const policy::Layer& layer,
                const std::vector<CoveredRule>& covered, std::vector<std::string>& out)
        : rules_(rules),
          layer_(layer),
          covered_(covered),
          groups_(groups_of_paths(layer)),
          out_(out) {}

    void write() {
        add("abi", std::to_string(layer_.abi));
        if (!layer_.unrestricted.empty())
            add("unrestricted", policy::joined_right_names(layer_.unrestricted, ","));
        for (const PathGroup* group : group_order)
            write_group(*group);
        for (std::size_t i = 0; i < groups_.size(); ++i)
            if (groups_[i].empty() && !layer_.paths[i].access.empty() &&
                !is_covered(layer_.paths[i]))
                add("allow", policy::joined_right_names(layer_.paths[i].access, ",") +
                                 (layer_.paths[i].optional ? ":-" : ":") +
                                 simplify_path(layer_.paths[i].path));
        for (const landlock::PortGroup& group : landlock::port_groups)
            write_ports(group);
        for (const landlock::ScopeGroup& group : landlock::scope_groups)
            if (layer_.scopes.contains(group.access)) add("scope", group.option);
        // Every layer needs them: the kernel logs a denial for the innermost layer that denies.
        for (const policy::QuietPath& quiet : rules_.quiet)
            add_path("quiet", quiet);
    }

  private:
    bool is_covered(const policy::PathRule& rule) const {
        return std::any_of(covered_.begin(), covered_.end(),
                           [&](const CoveredRule& row) { return row.rule == &rule; });
    }
    std::string& begin(std::string_view option, std::size_t length_of_value) {
        std::string& text = out_.emplace_back();
        text.reserve(option.size() + length_of_value + 3);
        return text.append("--").append(option).append("=");
    }
    void add(std::string_view option, std::string_view value) {
        begin(option, value.size()).append(value);
    }
    template <class Row>
    void add_path(std::string_view option, const Row& row) {
        begin(option, row.path.size() + 1)
            .append(row.optional ? "-" : "")
            .append(simplify_path(row.path));
    }

    void write_group(const PathGroup& group) {
        for (std::size_t i = 0; i < groups_.size(); ++i)
            for (const PathGroup* part : groups_[i])
                if (part == &group && !is_covered(layer_.paths[i]))
                    add_path(group.option, layer_.paths[i]);
    }

    void write_ports(const landlock::PortGroup& group) {
        for (const policy::PortRule& rule : layer_.ports) {
            if (!rule.access.contains(group.access)) continue;
            std::string ports = std::to_string(rule.first);
            if (rule.last != rule.first) ports += "-" + std::to_string(rule.last);
            add(group.option, ports);
        }
    }

    const policy::Rules& rules_;
    const policy::Layer& layer_;
    const std::vector<CoveredRule>& covered_;
    const std::vector<policy::PathGroups> groups_;
    std::vector<std::string>& out_;
};

std::string dropped_names(const policy::Rules& rules) {
    std::string names;
    for (const landlock::Capability& row : landlock::capabilities)
        if ((rules.dropped_capabilities() & landlock::set_of(row)) != 0)
            names += (names.empty() ? "" : ",") + std::string(row.name);
    return names;
}

}  // namespace

std::vector<std::string> render_options(const policy::Rules& rules,
                                        const std::vector<CoveredRule>& covered) {
    std::vector<std::string> out;
    out.reserve(64);
    if (!rules.name.empty()) out.push_back("--policy=" + rules.name);
    if (!rules.digest.empty()) out.push_back("--digest=" + rules.digest);
    out.push_back("--minimum-abi=" + (rules.minimum_abi == policy::minimum_abi_all
                                          ? std::string("all")
                                          : std::to_string(rules.minimum_abi)));
    if (rules.trust_links != landlock::LinkTrust::others)
        out.push_back(std::string("--trust-links=") + landlock::word_of(rules.trust_links));
    if (rules.forbid_landlock) out.emplace_back("--forbid-landlock");
    if (const std::string names = dropped_names(rules); !names.empty())
        out.push_back("--drop-capabilities=" + names);
    for (std::size_t i = 0; i < rules.layers.size(); ++i) {
        if (i > 0) out.push_back("--layer");
        LayerWriter(rules, rules.layers[i], covered, out).write();
    }
    return out;
}

}  // namespace ringfence::dropin
