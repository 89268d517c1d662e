// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/wrapped_command.h"

#include <algorithm>
#include <string_view>

#include "base/escape.h"
#include "base/number.h"
#include "dropin/needs.h"
#include "landlock/groups.h"
#include "landlock/handling.h"

namespace ringfence::dropin {

using landlock::Access;

namespace {

struct ReadOption {
    std::string_view head;
    std::string WrappedCommand::*value;
};
constexpr ReadOption read_options[] = {
    {"--policy=", &WrappedCommand::policy},
    {"--digest=", &WrappedCommand::digest},
    {"--refuse=", &WrappedCommand::refusal},
    {"--report=", &WrappedCommand::reports},
};

Access right_named(std::string_view name) {
    const landlock::Right* right = landlock::find_right(name.data(), name.size());
    return right == nullptr ? Access{} : right->access();
}

// Adds up what the layers restrict, option by option.
class LayerReader {
  public:
    void take(std::string_view word) {
        if (word == "--layer") end_layer();
        for (const auto& [head, read] : readers)
            if (word.starts_with(head)) (this->*read)(word.substr(head.size()));
    }
    Access asked() {
        end_layer();
        return asked_;
    }
    Access stood_in() const { return stood_in_; }

  private:
    void end_layer() {
        asked_ |= landlock::handled(abi_, unrestricted_, scopes_);
        abi_ = 0;
        unrestricted_ = scopes_ = {};
    }
    void read_abi(std::string_view value) {
        abi_ = static_cast<int>(
            std::min<std::uint64_t>(parse_number(value).value_or(0), landlock::newest_abi));
    }
    void read_unrestricted(std::string_view value) {
        for (std::size_t at = 0; at <= value.size();) {
            const std::size_t end = std::min(value.find(',', at), value.size());
            unrestricted_ |= right_named(value.substr(at, end - at));
            at = end + 1;
        }
    }
    void read_scope(std::string_view value) {
        for (const landlock::ScopeGroup& scope : landlock::scope_groups)
            if (value == scope.option) scopes_ |= scope.access;
    }
    void read_stand_in(std::string_view value) {
        stood_in_ |= right_named(value.substr(0, value.find(':')));
    }

    struct Reader {
        std::string_view head;
        void (LayerReader::*read)(std::string_view value);
    };
    static constexpr Reader readers[] = {
        {"--abi=", &LayerReader::read_abi},
        {"--unrestricted=", &LayerReader::read_unrestricted},
        {"--scope=", &LayerReader::read_scope},
        {"--stand-in=", &LayerReader::read_stand_in},
    };

    int abi_ = 0;
    Access unrestricted_, scopes_, asked_, stood_in_;
};

// `words`: argv, whose first word is no option.
WrappedCommand read_options_in(const std::vector<std::string>& words) {
    WrappedCommand command;
    LayerReader layers;
    for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i) {
        layers.take(words[i]);
        for (const ReadOption& option : read_options)
            if (words[i].starts_with(option.head))
                command.*option.value = words[i].substr(option.head.size());
    }
    command.asked = layers.asked();
    command.stood_in = layers.stood_in();
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
