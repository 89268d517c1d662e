// SPDX-License-Identifier: LGPL-2.1-or-later
// ringfence(1).
#include <algorithm>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/verb.h"

namespace {

using ringfence::cli::Verb;
using ringfence::cli::verbs;

int help() {
    fmt::print(
        "Usage: ringfence VERB [ARGUMENT…]\n\n"
        "Landlock around systemd services.\n\nVerbs:\n");
    for (const Verb& verb : verbs())
        fmt::print("  {:<24} {}\n", fmt::format("{} {}", verb.name, verb.synopsis), verb.help);
    fmt::print(
        "\nOptions:\n"
        "  -h, --help               show this text; `ringfence VERB --help` shows a verb's "
        "options\n"
        "      --version            show the version\n\n"
        "ringfence(1) has more.\n");
    return ringfence::cli::exit_success;
}

int version() {
    fmt::print("ringfence {}\n", RINGFENCE_VERSION);
    return ringfence::cli::exit_success;
}

int unknown(const std::string& word) {
    std::vector<std::string> names;
    for (const Verb& verb : verbs())
        names.emplace_back(verb.name);
    const std::string near = ringfence::nearest(word, names);
    fmt::print(stderr, "ringfence: unknown verb \"{}\"; {}\n", word,
               near.empty() ? "--help lists the verbs" : fmt::format("did you mean {}?", near));
    return ringfence::cli::exit_usage;
}

int run(const std::vector<std::string>& words) {
    if (words.empty()) {
        fmt::print(stderr, "ringfence: no verb given; --help lists the verbs\n");
        return ringfence::cli::exit_usage;
    }
    if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return help();
    if (words[0] == "--version") return version();
    const auto all = verbs();
    const auto verb =
        std::find_if(all.begin(), all.end(), [&](const Verb& row) { return row.name == words[0]; });
    if (verb == all.end()) return unknown(words[0]);
    return verb->run({words.begin() + 1, words.end()});
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + std::min(argc, 1), argv + argc});
    } catch (const std::exception& error) {
        // Out of memory, or output that cannot be written (a full disk, a closed pipe).
        std::fprintf(stderr, "ringfence: %s\n", error.what());
        return ringfence::cli::exit_failure;
    }
}
