// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports as people write them: "80", or "8000-8010". Policy files, units and the files of other
// tools are all read with this parser. The wrapper has its own (exec/options.cc), because it is
// freestanding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ringfence::policy {

/// The highest port of TCP and UDP, whose headers have 16 bits for it (RFC 9293, RFC 768).
inline constexpr std::uint16_t last_port = 65535;

/// The ports first…last, both included.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    bool operator==(const PortRange&) const = default;
};

/// Why a text stands for no ports.
enum class PortError : std::uint8_t {
    not_a_port,  ///< it is neither a number of 0 to last_port nor two with a "-" between them
    backwards,   ///< the first port is above the last
};

/// Accepts decimal digits, without signs and blanks. Port 0 is a port: what it means depends on the
/// right.
tl::expected<PortRange, PortError> parse_ports(std::string_view text);

/// A number as a port; nothing when no port has it.
std::optional<std::uint16_t> port_of(std::int64_t number);

/// "80", or "8000-8010"; parse_ports() reads it.
std::string to_string(PortRange ports);

}  // namespace ringfence::policy
