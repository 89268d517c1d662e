// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/architecture.h"

#include <algorithm>
#include <iterator>
#include <sys/utsname.h>

namespace ringfence {

namespace {

using Order = Architecture::Order;

bool has_order(const Architecture& row, bool is_little) {
    return row.order == Order::any || (row.order == Order::little) == is_little;
}

bool has_word(std::string_view words, std::string_view word) {
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = std::min(words.find(' ', at), words.size());
        if (words.substr(at, end - at) == word) return true;
        at = end + 1;
    }
    return false;
}

template <class Fits>
const Architecture* find_row(Fits fits) {
    const auto* const row = std::find_if(std::begin(architectures), std::end(architectures), fits);
    return row == std::end(architectures) ? nullptr : row;
}

// The header of an ELF file: elf(5).
constexpr std::size_t class_at = 4;
constexpr std::size_t order_at = 5;
constexpr std::size_t machine_at = 18;
constexpr std::size_t head_size = 20;
constexpr char class_64 = 2;
constexpr char order_little = 1;

const Architecture* architecture_of_program(std::string_view head) {
    if (head.size() < head_size || !head.starts_with("\x7f"
                                                     "ELF"))
        return nullptr;
    if (head[class_at] != class_64) return nullptr;
    const bool is_little = head[order_at] == order_little;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(head[at]); };
    const unsigned low = byte(is_little ? machine_at : machine_at + 1);
    const unsigned high = byte(is_little ? machine_at + 1 : machine_at);
    const unsigned machine = high << 8 | low;
    if (machine == 0) return nullptr;
    return find_row(
        [&](const Architecture& row) { return row.elf == machine && has_order(row, is_little); });
}

}  // namespace

const Architecture* find_architecture(std::string_view name) {
    return find_row([&](const Architecture& row) { return row.name == name; });
}

const Architecture* architecture_of_machine(std::string_view machine, std::endian order) {
    return find_row([&](const Architecture& row) {
        return has_word(row.machines, machine) && has_order(row, order == std::endian::little);
    });
}

const Architecture* architecture_below(const Root& root) {
    if (root.path() == "/") {
        struct utsname names {};
        return ::uname(&names) == 0 ? architecture_of_machine(names.machine) : nullptr;
    }
    for (const char* manager : {"/usr/lib/systemd/systemd", "/lib/systemd/systemd"})
        if (const auto head = root.read_head(manager, head_size))
            return architecture_of_program(*head);
    return nullptr;
}

std::vector<std::string> architecture_names() {
    std::vector<std::string> names;
    for (const Architecture& row : architectures)
        names.emplace_back(row.name);
    return names;
}

}  // namespace ringfence
