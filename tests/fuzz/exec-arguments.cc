// SPDX-License-Identifier: LGPL-2.1-or-later
// The wrapper's argument list. NULs separate the words of argv in the input. The list must be
// accepted, or refused with a text and a documented status. Accepted rules must give only rights
// that their layer handles.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "exec/plan.h"

using namespace ringfence::exec;
namespace landlock = ringfence::landlock;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

std::vector<std::string> words_of(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> words = {"ringfence-exec"};
    std::string word;
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] != 0) {
            word += static_cast<char>(data[i]);
            continue;
        }
        // With the number of a descriptor, the fuzzer would read its own files.
        if (!word.starts_with("--args-fd=")) words.push_back(word);
        word.clear();
    }
    words.push_back(word.starts_with("--args-fd=") ? "" : word);
    return words;
}

void check_plan(const Arguments& arguments, const Plan& plan) {
    if (plan.refuse) return;
    check(arguments.program() != nullptr);
    check(plan.layer_count >= 1 && plan.layer_count <= landlock::max_layers);
    for (int i = 0; i < plan.layer_count; ++i) {
        check(plan.layers[i].abi >= 1 && plan.layers[i].abi <= landlock::newest_abi);
        check(landlock::known_at(plan.layers[i].abi).contains(plan.layers[i].handled()));
    }
    Failure failure;
    Arguments::Cursor cursor = arguments.begin();
    for (const char* word = cursor.next(); word != nullptr; word = cursor.next()) {
        Option option;
        check(parse_option(word, &option, &failure));
        PathRule path;
        if (option.kind == OptionKind::path_group || option.kind == OptionKind::allow)
            check(parse_path_rule(option, &path, &failure) && path.path[0] == '/');
        PortRule ports;
        if (option.kind == OptionKind::port_group)
            check(parse_port_rule(option, &ports, &failure) && ports.first <= ports.last);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> words = words_of(data, size);
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    Arguments arguments;
    Plan plan;
    Failure failure;
    if (arguments.load(argv.data(), &failure) && make_plan(arguments, &plan, &failure)) {
        check_plan(arguments, plan);
    } else {
        check(!failure.text.empty());
        check(failure.status == ringfence::report::exit_refused);
    }
    return 0;
}
