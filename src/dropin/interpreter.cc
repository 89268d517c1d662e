// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/interpreter.h"

#include <cstring>
#include <elf.h>
#include <system_error>

namespace ringfence::dropin {

namespace {

// Enough to hold the program headers and the text of PT_INTERP behind them.
constexpr std::size_t head_size = 4096;
// The kernel follows this many scripts (BINPRM_MAX_RECURSION) and then one loader.
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
        return std::string(head.c_str() + segment.p_offset);  // ends at its NUL
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

std::vector<ProgramFile> find_program_files(Links& links, const std::string& program) {
    std::vector<ProgramFile> found;
    std::string current = program;
    for (int depth = 0; depth <= depth_max; ++depth) {
        if (!current.starts_with('/')) break;
        const auto head = links.root().read_head(current, head_size);
        // An interpreter may be on a file system that is not mounted yet.
        const bool missing = !head && head.error() == std::errc::no_such_file_or_directory;
        if (!head && (!missing || found.empty())) break;
        if (head && head->empty() && !found.empty()) break;  // /dev/null reads as empty
        std::vector<std::string> crossed = links.crossed(current);
        // The wrapper refuses ".." in the path of a rule.
        const bool climbs = (current + "/").find("/../") != std::string::npos;
        found.push_back({climbs ? crossed.back() : current, std::move(crossed)});
        if (missing) break;
        current = interpreter_of(*head);
    }
    return found;
}

std::vector<std::string> find_interpreters(const Root& root, const std::string& program) {
    std::vector<std::string> found;
    Links links(root);
    for (ProgramFile& file : find_program_files(links, program))
        found.push_back(std::move(file.path));
    if (!found.empty()) found.erase(found.begin());
    return found;
}

}  // namespace ringfence::dropin
