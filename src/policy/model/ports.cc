// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/ports.h"

#include "base/number.h"

namespace ringfence::policy {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number > last_port) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

}  // namespace

tl::expected<PortRange, PortError> parse_ports(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last) return tl::unexpected(PortError::not_a_port);
    if (*first > *last) return tl::unexpected(PortError::backwards);
    return PortRange{*first, *last};
}

std::optional<std::uint16_t> port_of(std::int64_t number) {
    if (number < 0 || number > last_port) return std::nullopt;
    return static_cast<std::uint16_t>(number);
}

std::string to_string(PortRange ports) {
    const std::string first = std::to_string(ports.first);
    return ports.first == ports.last ? first : first + "-" + std::to_string(ports.last);
}

}  // namespace ringfence::policy
