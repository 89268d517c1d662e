// SPDX-License-Identifier: LGPL-2.1-or-later
// Machine architectures by the names that systemd has for them: "%a" and ConditionArchitecture= in
// systemd.unit(5).
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/root.h"

namespace ringfence {

struct Architecture {
    const char* name;      ///< systemd's
    const char* machines;  ///< what uname(2) may call it, with blanks between
    std::uint16_t elf;     ///< e_machine of its 64-bit programs; 0: it has none
    /// The byte order, where names or programs of two architectures differ in nothing else.
    enum class Order : std::uint8_t { any, little, big } order = Order::any;
};

// clang-format off
inline constexpr Architecture architectures[] = {
    {"alpha",       "alpha", 0x9026},
    {"arc",         "arc", 0},
    {"arc-be",      "arceb", 0},
    {"arm",         "armv4l armv4tl armv5tl armv5tel armv5tejl armv6l armv7l armv8l", 0},
    {"arm-be",      "armv4b armv4tb armv5tb armv5teb armv5tejb armv6b armv7b armv8b", 0},
    {"arm64",       "aarch64", 183, Architecture::Order::little},
    {"arm64-be",    "aarch64_be", 183, Architecture::Order::big},
    {"cris",        "crisv32", 0},
    {"ia64",        "ia64", 50},
    {"loongarch64", "loongarch64", 258},
    {"m68k",        "m68k", 0},
    {"mips",        "mips", 0, Architecture::Order::big},
    {"mips-le",     "mips", 0, Architecture::Order::little},
    {"mips64",      "mips64", 8, Architecture::Order::big},
    {"mips64-le",   "mips64", 8, Architecture::Order::little},
    {"nios2",       "nios2", 0},
    {"parisc",      "parisc", 0},
    {"parisc64",    "parisc64", 15},
    {"ppc",         "ppc", 0, Architecture::Order::big},
    {"ppc-le",      "ppcle", 0, Architecture::Order::little},
    {"ppc64",       "ppc64", 21, Architecture::Order::big},
    {"ppc64-le",    "ppc64le", 21, Architecture::Order::little},
    {"riscv32",     "riscv32", 0},
    {"riscv64",     "riscv64", 243},
    {"s390",        "s390", 0},
    {"s390x",       "s390x", 22},
    {"sh",          "sh2 sh2a sh3 sh4 sh4a", 0},
    {"sh64",        "sh5", 0},
    {"sparc",       "sparc", 0},
    {"sparc64",     "sparc64", 43},
    {"tilegx",      "tilegx", 191},
    {"x86",         "i386 i486 i586 i686", 0},
    {"x86-64",      "x86_64", 62},
};
// clang-format on

/// A set of architectures: a bit for each row.
using ArchitectureSet = std::uint64_t;
static_assert(std::size(architectures) <= 64);

constexpr ArchitectureSet set_of(const Architecture& row) {
    return ArchitectureSet{1} << (&row - architectures);
}

/// The row with this name of systemd's; nullptr if there is none.
const Architecture* find_architecture(std::string_view name);

/// The row for what uname(2) says on a machine with this byte order; nullptr if there is none.
const Architecture* architecture_of_machine(std::string_view machine,
                                            std::endian order = std::endian::native);

/// The architecture of the machine that the units below `root` run on. For "/" it is the running
/// kernel's, as in systemd. For another tree it is that of the tree's service manager. nullptr if
/// it is not known, also if that program has 32 bits: the kernel may have 64.
const Architecture* architecture_below(const Root& root);

/// All names, in the order of the table.
std::vector<std::string> architecture_names();

}  // namespace ringfence
