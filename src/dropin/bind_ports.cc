// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/bind_ports.h"

#include <array>
#include <bitset>
#include <charconv>
#include <optional>

#include "unit/words.h"

namespace ringfence::dropin {

namespace {

constexpr std::size_t port_count = 65536;
using PortSet = std::bitset<port_count>;

/// One word: [FAMILY:][PROTOCOL:]PORTS, or either alone, or "any".
struct BindRule {
    bool ipv4 = true;
    bool ipv6 = true;
    bool tcp = true;
    bool udp = true;
    PortRange ports{0, port_count - 1};
};

std::optional<std::uint16_t> port_number_of(std::string_view text) {
    std::uint16_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number == 0) return {};
    return number;
}

std::optional<PortRange> port_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = port_number_of(text.substr(0, dash));
    const auto last = dash == text.npos ? first : port_number_of(text.substr(dash + 1));
    if (!first || !last || *first > *last) return {};
    return PortRange{*first, *last};
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

/// The ports that a setting names, for IPv4 and IPv6.
struct Named {
    PortSet ipv4, ipv6;
};

Named named_ports(const unit::Unit& unit, const char* key, std::string_view protocol,
                  std::vector<std::string>& unknown) {
    Named named;
    for (const unit::Assignment* line : unit::list_setting(unit, {key})) {
        unit::WordReader words(line->text());
        for (auto word = words.next(); word && *word; word = words.next()) {
            const auto rule = bind_rule((*word)->value);
            if (!rule) unknown.push_back((*word)->value);
            if (!rule || !(protocol == "tcp" ? rule->tcp : rule->udp)) continue;
            for (std::size_t port = rule->ports.first; port <= rule->ports.last; ++port) {
                if (rule->ipv4) named.ipv4.set(port);
                if (rule->ipv6) named.ipv6.set(port);
            }
        }
    }
    return named;
}

}  // namespace

BindPorts bind_ports(const unit::Unit& unit, std::string_view protocol) {
    BindPorts result;
    const Named allow = named_ports(unit, "SocketBindAllow", protocol, result.unknown);
    const Named deny = named_ports(unit, "SocketBindDeny", protocol, result.unknown);
    // What neither names may be bound.
    const PortSet allowed = (allow.ipv4 | ~deny.ipv4) | (allow.ipv6 | ~deny.ipv6);
    result.limited = !allowed.all();
    for (std::size_t port = 0; result.limited && port < port_count; ++port) {
        if (!allowed.test(port)) continue;
        const auto number = static_cast<std::uint16_t>(port);
        if (!result.ports.empty() && result.ports.back().last + 1u == port)
            result.ports.back().last = number;
        else
            result.ports.push_back({number, number});
    }
    return result;
}

}  // namespace ringfence::dropin
