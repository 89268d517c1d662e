// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/interpreter.h"

#include <cstring>
#include <elf.h>

namespace ringfence::dropin {

namespace {

// Program headers stand at the start of a file, and PT_INTERP's text behind them.
constexpr std::size_t head_size = 4096;
// How often the kernel follows scripts (BINPRM_MAX_RECURSION), and one for the loader.
constexpr int depth_max = 6;

std::string script_interpreter(const std::string& head) {
    const std::size_t begin = head.find_first_not_of(" \t", 2);
    if (begin == std::string::npos) return "";
    const std::size_t end = head.find_first_of(std::string(" \t\n\0", 4), begin);
    return head.substr(begin, end == std::string::npos ? end : end - begin);
}

template <class Header, class Segment>
std::string elf_interpreter(const std::string& head) {
    Header header;
    if (head.size() < sizeof header) return "";
    std::memcpy(&header, head.data(), sizeof header);
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        const std::size_t at = header.e_phoff + std::size_t{i} * header.e_phentsize;
        Segment segment;
        if (at > head.size() || head.size() - at < sizeof segment) return "";
        std::memcpy(&segment, head.data() + at, sizeof segment);
        if (segment.p_type != PT_INTERP) continue;
        if (segment.p_offset >= head.size()) return "";
        return std::string(head.c_str() + segment.p_offset);  // ends at its NUL, or at the head's
    }
    return "";
}

}  // namespace

std::string interpreter_of(const std::string& head) {
    if (head.compare(0, 2, "#!") == 0) return script_interpreter(head);
    if (head.compare(0, SELFMAG, ELFMAG) != 0 || head.size() <= EI_CLASS) return "";
    if (head[EI_CLASS] == ELFCLASS64) return elf_interpreter<Elf64_Ehdr, Elf64_Phdr>(head);
    return elf_interpreter<Elf32_Ehdr, Elf32_Phdr>(head);
}

std::vector<std::string> find_interpreters(const Root& root, const std::string& program) {
    std::vector<std::string> found;
    std::string current = program;
    for (int depth = 0; depth < depth_max; ++depth) {
        const auto head = root.read_head(current, head_size);
        if (!head) break;
        current = interpreter_of(*head);
        if (current.empty() || current.front() != '/') break;
        found.push_back(current);
    }
    return found;
}

}  // namespace ringfence::dropin
