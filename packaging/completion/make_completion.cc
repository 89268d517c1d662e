// SPDX-License-Identifier: LGPL-2.1-or-later
// make-completion bash|zsh|fish: writes the completion of a shell to standard output. Run by the
// build; what is installed are the files.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "packaging/completion/values.h"

namespace {

constexpr struct {
    std::string_view shell;
    std::string (*script)();
} scripts[] = {
    {"bash", ringfence::completion::bash_script},
    {"zsh", ringfence::completion::zsh_script},
    {"fish", ringfence::completion::fish_script},
};

}  // namespace

int main(int argc, char** argv) {
    try {
        for (const auto& [shell, script] : scripts)
            if (argc == 2 && shell == argv[1]) {
                std::fputs(script().c_str(), stdout);
                return std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
            }
        std::fputs("usage: make-completion bash|zsh|fish\n", stderr);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make-completion: %s\n", error.what());
    }
    return EXIT_FAILURE;
}
