// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/wrapped_command.h"

#include <string_view>

#include "base/escape.h"
#include "dropin/needs.h"

namespace ringfence::dropin {

namespace {

struct ReadOption {
    std::string_view head;
    std::string WrappedCommand::*value;
};
constexpr ReadOption read_options[] = {
    {"--policy=", &WrappedCommand::policy},  {"--digest=", &WrappedCommand::digest},
    {"--refuse=", &WrappedCommand::refusal}, {"--abi=", &WrappedCommand::abi},
    {"--report=", &WrappedCommand::reports},
};

// `words`: argv, whose first word is no option.
WrappedCommand read_options_in(const std::vector<std::string>& words) {
    WrappedCommand command;
    for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i)
        for (const ReadOption& option : read_options)
            if (words[i].starts_with(option.head))
                command.*option.value = words[i].substr(option.head.size());
    return command;
}

}  // namespace

std::optional<WrappedCommand> read_wrapped_command(const Wrapper& wrapper,
                                                   const std::string& program,
                                                   const std::vector<std::string>& arguments) {
    if (program != wrapper.path && program != wrapper_in_root(wrapper.path)) return std::nullopt;
    return read_options_in(arguments);
}

std::optional<WrappedCommand> read_wrapped_command(const Wrapper& wrapper,
                                                   const unit::Command& command) {
    if (command.path != escape_specifiers(wrapper.path) &&
        command.path != escape_specifiers(wrapper_in_root(wrapper.path)))
        return std::nullopt;
    std::vector<std::string> words;
    // With "@" the first argument is argv[0]; without it the program's path is.
    if (!command.argument_zero) words.push_back(command.path);
    for (const unit::Argument& argument : command.arguments)
        words.push_back(argument.value);
    return read_options_in(words);
}

}  // namespace ringfence::dropin
