// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/bind_ports.h"

#include <bitset>
#include <optional>

namespace ringfence::dropin {

namespace {

using policy::PortRange;

constexpr std::size_t port_count = policy::last_port + 1;
using PortSet = std::bitset<port_count>;

/// One word of the settings: [FAMILY:][PROTOCOL:]PORTS, any one of these alone, or "any".
struct BindRule {
    bool ipv4 = true;
    bool ipv6 = true;
    bool tcp = true;
    bool udp = true;
    PortRange ports{0, policy::last_port};
};

// Port 0 is not valid here, as in systemd.
std::optional<PortRange> port_range(std::string_view text) {
    const auto ports = policy::parse_ports(text);
    return ports && ports->first != 0 ? std::optional(*ports) : std::nullopt;
}

std::optional<BindRule> bind_rule(std::string_view word) {
    BindRule rule;
    if (word == "any") return rule;
    bool family = false, protocol = false;
    while (!word.empty()) {
        const std::size_t colon = word.find(':');
        const std::string_view part = word.substr(0, colon);
        const bool last = colon == word.npos;
        word.remove_prefix(last ? word.size() : colon + 1);
        if (!family && !protocol && (part == "ipv4" || part == "ipv6")) {
            family = true;
            rule.ipv4 = part == "ipv4";
            rule.ipv6 = part == "ipv6";
        } else if (!protocol && (part == "tcp" || part == "udp")) {
            protocol = true;
            rule.tcp = part == "tcp";
            rule.udp = part == "udp";
        } else if (const auto ports = port_range(part); ports && last) {
            rule.ports = *ports;
            return rule;
        } else {
            return {};
        }
        if (last) return rule;
    }
    return {};
}

/// The ports that a setting names, for each address family.
struct Named {
    PortSet ipv4, ipv6;
};

Named named_ports(const unit::Unit& unit, const char* key, std::string_view protocol,
                  std::vector<std::string>& unknown) {
    Named named;
    for (const unit::SettingWord& word : unit::setting_words(unit, {key})) {
        const auto rule = bind_rule(word.value);
        if (!rule) unknown.push_back(word.value);
        if (!rule || !(protocol == "tcp" ? rule->tcp : rule->udp)) continue;
        for (std::size_t port = rule->ports.first; port <= rule->ports.last; ++port) {
            if (rule->ipv4) named.ipv4.set(port);
            if (rule->ipv6) named.ipv6.set(port);
        }
    }
    return named;
}

std::vector<PortRange> ranges_of(const PortSet& ports) {
    std::vector<PortRange> ranges;
    for (std::size_t port = 0; port < port_count; ++port) {
        if (!ports.test(port)) continue;
        const auto number = static_cast<std::uint16_t>(port);
        if (!ranges.empty() && ranges.back().last + 1u == port)
            ranges.back().last = number;
        else
            ranges.push_back({number, number});
    }
    return ranges;
}

}  // namespace

BindPorts bind_ports(const unit::Unit& unit, std::string_view protocol) {
    BindPorts result;
    const Named allow = named_ports(unit, "SocketBindAllow", protocol, result.unknown);
    const Named deny = named_ports(unit, "SocketBindDeny", protocol, result.unknown);
    // A port that neither setting names may be bound, too.
    const PortSet allowed = (allow.ipv4 | ~deny.ipv4) | (allow.ipv6 | ~deny.ipv6);
    if (!allowed.all()) result.ports = ranges_of(allowed);
    return result;
}

}  // namespace ringfence::dropin
