// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/options.h"

#include <iterator>

#include "landlock/groups.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;
using landlock::PathGroup;

// The order on the line; an index into landlock::path_groups would tie it to that table's order.
constexpr const char* group_order[] = {"execute", "read", "write", "connect-unix"};

const PathGroup& group_named(std::string_view name) {
    for (const PathGroup& group : landlock::path_groups)
        if (name == group.option) return group;
    return landlock::path_groups[0];
}

std::string names_of(const Access& access) {
    std::string names;
    for (const landlock::Right& right : landlock::rights) {
        if ((access & right.access()).empty()) continue;
        if (!names.empty()) names += ',';
        names += right.name;
    }
    return names;
}

std::string path_of(const policy::PathRule& rule) {
    return (rule.optional ? "-" : "") + rule.path;
}

// What the layer handles on files and ports.
Access handled_by(const policy::Layer& layer) {
    return landlock::known_at(layer.abi) - layer.unrestricted;
}

class LayerWriter {
  public:
    LayerWriter(const policy::Rules& rules, const policy::Layer& layer,
                std::vector<std::string>& out)
        : rules_(rules), layer_(layer), out_(out) {}

    void write() {
        add("abi", std::to_string(layer_.abi));
        if (!layer_.unrestricted.empty()) add("unrestricted", names_of(layer_.unrestricted));
        for (const char* name : group_order)
            write_group(group_named(name));
        for (const policy::PathRule& rule : layer_.paths)
            if (groups_of(rule.access, handled_by(layer_)).empty() && !rule.access.empty())
                add("allow", names_of(rule.access) + ":" + path_of(rule));
        for (const landlock::PortGroup& group : landlock::port_groups)
            write_ports(group);
        for (const landlock::ScopeGroup& group : landlock::scope_groups)
            if (layer_.scopes.contains(group.access)) add("scope", group.option);
        // In each layer: what the innermost one denies is logged as its denial.
        for (const policy::QuietPath& quiet : rules_.quiet)
            add("quiet", (quiet.optional ? "-" : "") + quiet.path);
    }

  private:
    void add(const std::string& option, const std::string& value) {
        out_.push_back("--" + option + "=" + value);
    }

    void write_group(const PathGroup& group) {
        for (const policy::PathRule& rule : layer_.paths)
            for (const PathGroup* part : groups_of(rule.access, handled_by(layer_)))
                if (part == &group) add(group.option, path_of(rule));
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
    std::vector<std::string>& out_;
};

}  // namespace

std::vector<const PathGroup*> groups_of(const Access& access, const Access& handled) {
    std::vector<const PathGroup*> groups;
    Access covered;
    // "read" comes last: it is part of the other two, and need not be said beside them.
    for (const char* name : {"execute", "write", "connect-unix", "read"}) {
        const PathGroup& group = group_named(name);
        const Access masked = group.access & handled;
        if (masked.empty() || !access.contains(masked) || covered.contains(masked)) continue;
        covered |= masked;
        groups.push_back(&group);
    }
    if (!(covered == access)) groups.clear();
    return groups;
}

std::vector<std::string> render_options(const policy::Rules& rules) {
    std::vector<std::string> out;
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
