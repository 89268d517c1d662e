// SPDX-License-Identifier: LGPL-2.1-or-later
// ringfence(1).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/site/config.h"
#include "cli/terminal/exit_status.h"
#include "cli/terminal/problems.h"
#include "cli/verbs.h"

namespace {

using namespace ringfence::cli;

std::string help() {
    std::string text =
        "Usage: ringfence VERB [ARGUMENT…]\n\n"
        "Landlock around systemd services.\n\nVerbs:\n";
    for (const Verb* verb : verbs())
        text += fmt::format("  {:<28} {}\n",
                            fmt::format("{} {}", verb->name, verb->syntax.operands), verb->help);
    return text +
           "\nOptions:\n"
           "  -h, --help               show this text; `ringfence VERB --help` shows a verb's "
           "options\n"
           "      --version            show the version\n\n"
           "ringfence(1) has more.\n";
}

int print(const std::string& text) {
    fmt::print("{}", text);
    return exit_success;
}

int unknown_verb(const std::string& word) {
    std::vector<std::string> names;
    for (const Verb* verb : verbs())
        names.emplace_back(verb->name);
    const std::string near = ringfence::nearest(word, names);
    return misused(
        {{{},
          fmt::format("unknown verb \"{}\"", word),
          near.empty() ? "--help lists the verbs" : fmt::format("did you mean {}?", near)}});
}

int run_verb(const Verb& verb, const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(verb.syntax, words);
    if (!arguments) return misused(arguments.error());
    if (arguments->has(help_option.name)) return print(help_of(verb));
    return verb.run(*arguments);
}

int run(const std::vector<std::string>& words) {
    if (words.empty()) return misused({{{}, "no verb given", "--help lists the verbs"}});
    if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return print(help());
    if (words[0] == "--version") return print(fmt::format("ringfence {}\n", RINGFENCE_VERSION));
    for (const Verb* verb : verbs())
        if (verb->name == words[0]) return run_verb(*verb, {words.begin() + 1, words.end()});
    return unknown_verb(words[0]);
}

// Without this, the first opened file would get the number of a closed standard descriptor, and
// messages would be written into that file.
void open_standard_descriptors() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) std::abort();
}

// The end of the output may still be in the buffer. Writing it fails if the disk is full.
int flushed(int status) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    print_note("cannot write to standard output");
    return status == exit_success ? exit_failure : status;
}

}  // namespace

int main(int argc, char** argv) {
    open_standard_descriptors();
    try {
        return flushed(run({argv + std::min(argc, 1), argv + argc}));
    } catch (const std::exception& error) {
        // There is no memory left, or the output cannot be written (a full disk, a closed pipe).
        print_note(error.what());
        return exit_failure;
    }
}
