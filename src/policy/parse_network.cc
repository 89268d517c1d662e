// SPDX-License-Identifier: LGPL-2.1-or-later
// [network] and [scope]: the keys come from the tables of src/landlock.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/number.h"
#include "landlock/groups.h"
#include "policy/parse_context.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;
using landlock::Right;

constexpr std::uint16_t last_port = 65535;

/// "80" → 80; -1 for anything else.
std::int64_t port_number(std::string_view text) {
    const auto number = parse_number(text);
    return number && *number <= last_port ? static_cast<std::int64_t>(*number) : -1;
}

std::string shown(const Value& item) {
    return item.kind == Kind::string ? quote(item.string) : fmt::format("{}", item.integer);
}

/// Ports of an array's element: 80, "80" or "8080-8089", with "-" before it where that means
/// something.
std::optional<PortEntry> port_entry(Context& context, const Value& item, bool may_be_optional) {
    std::int64_t first = -1;
    std::int64_t last = -1;
    PortEntry entry;
    if (item.kind == Kind::integer) {
        first = last = item.integer;
    } else if (item.kind == Kind::string) {
        std::string_view text = item.string;
        entry.optional = may_be_optional && !text.empty() && text[0] == '-';
        if (entry.optional) text.remove_prefix(1);
        const std::size_t dash = text.find('-');
        first = port_number(text.substr(0, dash));
        last = dash == std::string_view::npos ? first : port_number(text.substr(dash + 1));
    }
    if (item.kind != Kind::integer && item.kind != Kind::string) {
        context.problem(item.where, fmt::format("a port cannot be {}", describe(item.kind)),
                        "write 80 or \"8080-8089\"");
        return {};
    }
    if (first < 0 || last < 0 || first > last_port || last > last_port) {
        const bool address = item.string.find_first_of(".:") != std::string::npos;
        context.problem(item.where, fmt::format("{} is no port", shown(item)),
                        address
                            ? "Landlock knows no addresses: write the port, and IPAddressAllow= "
                              "in [systemd]"
                            : "write a number from 0 to 65535, or a range as in \"8080-8089\"");
        return {};
    }
    if (first > last) {
        context.problem(item.where, fmt::format("the range {} ends before it begins", shown(item)),
                        fmt::format("write \"{}-{}\"", last, first));
        return {};
    }
    entry.first = static_cast<std::uint16_t>(first);
    entry.last = static_cast<std::uint16_t>(last);
    entry.where = item.where;
    return entry;
}

// Port 0 is "any free port" in a bind. A UDP socket may be connected to it, and getaddrinfo(3) does
// so to learn its own address (glibc, RFC 3484 sorting); for TCP it is no port at all.
constexpr Access never_zero = landlock::access_of("net.connect_tcp");

std::vector<PortEntry> read_ports(Context& context, const Entry& entry, Access access,
                                  bool may_be_optional) {
    std::vector<PortEntry> ports;
    for (const Value& item : elements(context, entry)) {
        auto port = port_entry(context, item, may_be_optional);
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

// A range may end before it begins here, and its first port may be 0: no pattern tells numbers.
Shape ports_shape(int first, bool may_be_optional) {
    constexpr std::string_view number =
        "0*(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    Shape text =
        string_like(fmt::format("^{}{}(?:-{})?$", may_be_optional ? "-?" : "", number, number));
    Shape port = either({integer_from(first, last_port), std::move(text)});
    port.name = may_be_optional ? "removed_port" : first == 1 ? "remote_port" : "port";
    return array_of(std::move(port));
}

Keys port_keys(std::vector<PortEntry> Ruleset::*list, bool may_be_optional) {
    Keys keys;
    for (const landlock::PortGroup& group : landlock::port_groups)
        keys.push_back({group.key, in_any,
                        [access = group.access, list, may_be_optional](Context& c, const Entry& e) {
                            for (const PortEntry& port : read_ports(c, e, access, may_be_optional))
                                (c.rules->*list).push_back(port);
                        },
                        fixed([first = group.access == never_zero ? 1 : 0, may_be_optional] {
                            return ports_shape(first, may_be_optional);
                        }),
                        group.help});
    return keys;
}

/// `unrestricted` of [network] takes the table's own keys, and the rights' names as well.
void read_unrestricted_net(Context& context, const Entry& entry) {
    for (const auto& name : strings(context, entry)) {
        const auto* group =
            std::find_if(std::begin(landlock::port_groups), std::end(landlock::port_groups),
                         [&](const landlock::PortGroup& g) { return name.value == g.key; });
        if (group != std::end(landlock::port_groups)) {
            context.rules->unrestricted.push_back({group->access, name.value, name.where});
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
            context.rules->unrestricted.push_back({right->access(), name.value, name.where});
        }
    }
}

const Keys& removed_port_keys() {
    static const Keys keys = port_keys(&Ruleset::removed_ports, true);
    return keys;
}

void read_removed_ports(Context& context, const Entry& entry) {
    if (const Value* table = as_table(context, entry))
        read_table(context, *table, removed_port_keys(), "[network.remove]");
}

Shape unrestricted_net_shape() {
    std::vector<std::string> words;
    for (const landlock::PortGroup& group : landlock::port_groups)
        words.emplace_back(group.key);
    for (const Right& right : landlock::rights)
        if (right.family == Family::net) words.emplace_back(right.name);
    return array_of(one_of_words(std::move(words)));
}

Keys network_keys(bool in_layer) {
    Keys keys = port_keys(&Ruleset::ports, false);
    keys.push_back({"unrestricted", in_named, read_unrestricted_net, fixed(unrestricted_net_shape),
                    "ports of these kinds stay free"});
    if (!in_layer)
        keys.push_back({"remove", in_drop_in, read_removed_ports,
                        [](Role role) { return table_shape(removed_port_keys(), role); },
                        "ports whose rules are taken away"});
    return keys;
}

Keys scope_keys() {
    Keys keys;
    for (const landlock::ScopeGroup& group : landlock::scope_groups)
        keys.push_back({group.key, in_any,
                        [access = group.access](Context& c, const Entry& e) {
                            if (const bool* value = as_bool(c, e))
                                c.rules->scopes.push_back({access, *value, e.value.where});
                        },
                        fixed(true_or_false), group.help});
    return keys;
}

/// A rule and `unrestricted` for one right in one file contradict each other.
void check_contradictions(Context& context) {
    Access with_ports;
    for (const PortEntry& port : context.rules->ports)
        with_ports |= port.access;
    for (const RightEntry& lifted : context.rules->unrestricted)
        if (with_ports.contains(lifted.access))
            context.problem(lifted.where,
                            fmt::format("`{}` is unrestricted and has ports as well", lifted.text),
                            "keep one of the two");
}

}  // namespace

Shape network_shape(bool in_layer, Role role) {
    return table_shape(network_keys(in_layer), role);
}

Shape scope_shape(Role role) {
    return table_shape(scope_keys(), role);
}

void read_network(Context& context, const Entry& entry) {
    const Value* table = as_table(context, entry);
    if (table == nullptr) return;
    context.rules->network = true;
    static const Keys own = network_keys(false);
    static const Keys of_layer = network_keys(true);
    read_table(context, *table, context.in_layer ? of_layer : own, title_of(context, "network"));
    check_contradictions(context);
}

void read_scope(Context& context, const Entry& entry) {
    const Value* table = as_table(context, entry);
    if (table == nullptr) return;
    context.rules->scope = true;
    static const Keys keys = scope_keys();
    read_table(context, *table, keys, title_of(context, "scope"));
}

}  // namespace ringfence::policy
