// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/options.h"

#include <iterator>

#include "landlock/groups.h"
#include "policy/access_groups.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;
using landlock::PathGroup;

// The order on the line; an index into landlock::path_groups would tie it to that table's order.
constexpr const char* group_order[] = {"execute", "read", "write", "connect-unix"};

std::string names_of(const Access& access) {
    std::string names;
    for (const landlock::Right& right : landlock::rights) {
        if ((access & right.access()).empty()) continue;
        if (!names.empty()) names += ',';
        names += right.name;
    }
    return names;
}

// The groups of each path rule of a layer.
std::vector<policy::PathGroups> groups_of_paths(const policy::Layer& layer) {
    const Access handled = landlock::known_at(layer.abi) - layer.unrestricted;
    std::vector<policy::PathGroups> groups;
    groups.reserve(layer.paths.size());
    for (const policy::PathRule& rule : layer.paths)
        groups.push_back(policy::groups_of(rule.access, handled));
    return groups;
}

class LayerWriter {
  public:
    LayerWriter(const policy::Rules& rules, const policy::Layer& layer,
                std::vector<std::string>& out)
        : rules_(rules), layer_(layer), groups_(groups_of_paths(layer)), out_(out) {}

    void write() {
        add("abi", std::to_string(layer_.abi));
        if (!layer_.unrestricted.empty()) add("unrestricted", names_of(layer_.unrestricted));
        for (const char* name : group_order)
            write_group(policy::path_group(name));
        for (std::size_t i = 0; i < groups_.size(); ++i)
            if (groups_[i].empty() && !layer_.paths[i].access.empty())
                add("allow", names_of(layer_.paths[i].access) +
                                 (layer_.paths[i].optional ? ":-" : ":") + layer_.paths[i].path);
        for (const landlock::PortGroup& group : landlock::port_groups)
            write_ports(group);
        for (const landlock::ScopeGroup& group : landlock::scope_groups)
            if (layer_.scopes.contains(group.access)) add("scope", group.option);
        // In each layer: what the innermost one denies is logged as its denial.
        for (const policy::QuietPath& quiet : rules_.quiet)
            add_path("quiet", quiet);
    }

  private:
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
        begin(option, row.path.size() + 1).append(row.optional ? "-" : "").append(row.path);
    }

    void write_group(const PathGroup& group) {
        for (std::size_t i = 0; i < groups_.size(); ++i)
            for (const PathGroup* part : groups_[i])
                if (part == &group) add_path(group.option, layer_.paths[i]);
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
    const std::vector<policy::PathGroups> groups_;
    std::vector<std::string>& out_;
};

}  // namespace

std::vector<std::string> render_options(const policy::Rules& rules) {
    std::vector<std::string> out;
    out.reserve(64);
    if (!rules.name.empty()) out.push_back("--policy=" + rules.name);
    if (!rules.digest.empty()) out.push_back("--digest=" + rules.digest);
    out.push_back("--minimum-abi=" + (rules.minimum_abi == policy::minimum_abi_all
                                          ? std::string("all")
                                          : std::to_string(rules.minimum_abi)));
    for (std::size_t i = 0; i < rules.layers.size(); ++i) {
        if (i > 0) out.push_back("--layer");
        LayerWriter(rules, rules.layers[i], out).write();
    }
    return out;
}

}  // namespace ringfence::dropin
