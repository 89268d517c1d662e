// SPDX-License-Identifier: LGPL-2.1-or-later
// [network] and [scope]. Their keys are the groups of landlock/groups.h.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/language/parse_context.h"
#include "policy/model/path_text.h"
#include "policy/model/ports.h"
#include "policy/model/right_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;
using landlock::Right;

/// What a list of ports is for.
enum class PortList : std::uint8_t {
    allow,
    remove,  ///< in a drop-in; a "-" before an element means that there may be no such rule
};

tl::expected<PortRange, PortError> range_of(const Value& item, std::string_view text) {
    if (item.kind == Kind::string) return parse_ports(text);
    if (const auto port = port_of(item.integer)) return PortRange{*port, *port};
    return tl::unexpected(PortError::not_a_port);
}

void wrong_ports(ParseContext& context, const Value& item, std::string_view text, PortError error) {
    const std::string shown =
        item.kind == Kind::string ? quote(item.string) : fmt::format("{}", item.integer);
    if (error == PortError::backwards) {
        const std::size_t dash = text.find('-');
        context.problem(
            item.where, fmt::format("the range {} ends before it begins", shown),
            fmt::format("write \"{}-{}\"", text.substr(dash + 1), text.substr(0, dash)));
        return;
    }
    const bool address = item.string.find_first_of(".:") != std::string::npos;
    context.problem(item.where, fmt::format("{} is no port", shown),
                    address ? "Landlock knows no addresses: write the port, and IPAddressAllow= "
                              "in [systemd]"
                            : "write a number from 0 to 65535, or a range as in \"8080-8089\"");
}

/// The ports of an array's element: 80, "80" or "8080-8089".
std::optional<PortEntry> port_entry(ParseContext& context, const Value& item, PortList list) {
    if (item.kind != Kind::integer && item.kind != Kind::string) {
        context.problem(item.where, fmt::format("a port cannot be {}", describe(item.kind)),
                        "write 80 or \"8080-8089\"");
        return {};
    }
    std::string_view text = item.string;
    PortEntry entry;
    entry.optional = list == PortList::remove && text.starts_with('-');
    if (entry.optional) text.remove_prefix(1);
    const auto range = range_of(item, text);
    if (!range) {
        wrong_ports(context, item, text, range.error());
        return {};
    }
    entry.first = range->first;
    entry.last = range->last;
    entry.where = item.where;
    return entry;
}

// To bind port 0 means to bind any free port. A UDP socket can be connected to port 0, and
// getaddrinfo(3) of glibc does that to learn its own address (it sorts by RFC 3484). A TCP socket
// cannot be connected to port 0.
constexpr Access never_zero = landlock::access_of("net.connect_tcp");

std::vector<PortEntry> read_ports(ParseContext& context, const Entry& entry, Access access,
                                  PortList list) {
    std::vector<PortEntry> ports;
    for (const Value& item : elements(context, entry)) {
        auto port = port_entry(context, item, list);
        if (!port) continue;
        if (port->first == 0 && access == never_zero) {
            context.problem(item.where, "no TCP socket can connect to port 0",
                            port->last == 0 ? "leave it out" : "begin the range with 1");
            continue;
        }
        port->access = access;
        ports.push_back(*port);
    }
    return ports;
}

// A pattern does not compare numbers: it accepts a range that ends before it begins, and a range
// for connect_tcp that begins with port 0.
Schema ports_schema(int first, PortList list) {
    constexpr std::string_view number =
        "0*(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    const bool removed = list == PortList::remove;
    Schema text = string_like(fmt::format("^{}{}(?:-{})?$", removed ? "-?" : "", number, number));
    Schema port = either({integer_from(first, last_port), std::move(text)});
    port.name = removed ? "removed_port" : first == 1 ? "remote_port" : "port";
    return array_of(std::move(port));
}

TableKeys port_keys(PortList list) {
    TableKeys keys;
    for (const landlock::PortGroup& group : landlock::port_groups)
        keys.push_back({group.key, in_any,
                        [access = group.access, list](ParseContext& c, const Entry& e) {
                            auto& into =
                                list == PortList::remove ? c.rules.removed_ports : c.rules.ports;
                            for (const PortEntry& port : read_ports(c, e, access, list))
                                into.push_back(port);
                        },
                        fixed([first = group.access == never_zero ? 1 : 0, list] {
                            return ports_schema(first, list);
                        }),
                        group.help});
    return keys;
}

/// In [network], `unrestricted` accepts the keys of the table and the names of rights.
void read_unrestricted_net(ParseContext& context, const Entry& entry) {
    for (const auto& name : strings(context, entry)) {
        const auto* group =
            std::find_if(std::begin(landlock::port_groups), std::end(landlock::port_groups),
                         [&](const landlock::PortGroup& g) { return name.value == g.key; });
        if (group != std::end(landlock::port_groups)) {
            context.rules.unrestricted.push_back({group->access, name.value, name.where});
            continue;
        }
        if (context.full()) return;
        std::vector<std::string> keys;
        for (const landlock::PortGroup& g : landlock::port_groups)
            keys.emplace_back(g.key);
        const std::string near = nearest(name.value, keys);
        const bool is_right = landlock::find_right(name.value.data(), name.value.size()) != nullptr;
        if (!near.empty() && !is_right) {
            context.problem(name.where, fmt::format("{} cannot be unrestricted", quote(name.value)),
                            fmt::format("did you mean `{}`?", near));
        } else if (const Right* right = find_right(context, name, Family::net)) {
            context.rules.unrestricted.push_back({right->access(), name.value, name.where});
        }
    }
}

const TableKeys& removed_port_keys() {
    static const TableKeys keys = port_keys(PortList::remove);
    return keys;
}

void read_removed_ports(ParseContext& context, const Entry& entry) {
    if (const Value* table = as_table(context, entry))
        read_table(context, *table, removed_port_keys(), "[network.remove]");
}

Schema unrestricted_net_schema() {
    std::vector<std::string> words;
    for (const landlock::PortGroup& group : landlock::port_groups)
        words.emplace_back(group.key);
    for (std::string& name : right_names(Family::net))
        words.push_back(std::move(name));
    return array_of(one_of_words(std::move(words)));
}

TableKeys network_keys(RulesetOf of) {
    TableKeys keys = port_keys(PortList::allow);
    keys.push_back({"unrestricted", in_named, read_unrestricted_net, fixed(unrestricted_net_schema),
                    "ports of these kinds stay free"});
    if (of == RulesetOf::policy)
        keys.push_back({"remove", in_drop_in, read_removed_ports,
                        [](Role role) { return table_schema(removed_port_keys(), role); },
                        "ports whose rules are taken away"});
    return keys;
}

TableKeys scope_keys() {
    TableKeys keys;
    for (const landlock::ScopeGroup& group : landlock::scope_groups)
        keys.push_back({group.key, in_any,
                        [access = group.access](ParseContext& c, const Entry& e) {
                            if (const bool* value = as_bool(c, e))
                                c.rules.scopes.push_back({access, *value, e.value.where});
                        },
                        fixed(true_or_false), group.help});
    return keys;
}

/// Checks that no right has both ports and a place in `unrestricted`.
void check_contradictions(ParseContext& context) {
    Access with_ports;
    for (const PortEntry& port : context.rules.ports)
        with_ports |= port.access;
    for (const RightEntry& lifted : context.rules.unrestricted)
        if (with_ports.contains(lifted.access))
            context.problem(lifted.where,
                            fmt::format("`{}` is unrestricted and has ports as well", lifted.text),
                            "keep one of the two");
}

}  // namespace

Schema network_schema(RulesetOf of, Role role) {
    return table_schema(network_keys(of), role);
}

Schema scope_schema(Role role) {
    return table_schema(scope_keys(), role);
}

void read_network(ParseContext& context, const Entry& entry) {
    static const RulesetTable table = {"network", network_keys(RulesetOf::policy),
                                       network_keys(RulesetOf::layer)};
    if (!read_ruleset_table(context, entry, table)) return;
    context.rules.network = true;
    check_contradictions(context);
}

void read_scope(ParseContext& context, const Entry& entry) {
    static const RulesetTable table = {"scope", scope_keys(), scope_keys()};
    if (read_ruleset_table(context, entry, table)) context.rules.scope = true;
}

}  // namespace ringfence::policy
