// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/command_line.h"

#include "base/escape.h"
#include "base/path.h"
#include "dropin/quote.h"

namespace ringfence::dropin {

namespace {

constexpr std::string_view separator = " \\\n    ";

std::string prefixes(const unit::Command& command) {
    std::string text;
    if (command.ignore_failure) text += '-';
    if (command.no_expansion) text += ':';
    switch (command.privileges) {
        case unit::Privileges::unit:
            break;
        case unit::Privileges::full:
            text += '+';
            break;
        case unit::Privileges::no_setuid:
            text += '!';
            break;
        case unit::Privileges::ambient:
            text += "!!";
            break;
    }
    return text;
}

// Specifiers that never expand to a text that starts with "$": names of units, users and machines,
// and paths.
constexpr std::string_view plain_specifiers = "ijnNpfhtSCLEdTVyYuUgGsmbHlva";

// Whether systemd may make any number of words of this one: it does so when the word starts with a
// "$" that is neither "${" nor "$$". A specifier in front of a "$" may expand to nothing, or to a
// text that starts with "$".
bool may_split(std::string_view value) {
    while (value.size() > 1 && value[0] == '%' && value[1] != '%') {
        if (plain_specifiers.find(value[1]) == std::string_view::npos) return true;
        value.remove_prefix(2);
    }
    if (value.empty() || value.front() != '$') return false;
    return value.size() == 1 || (value[1] != '{' && value[1] != '$');
}

// Whether the word ends in a backslash, or in a blank behind a backslash. At the end of a line,
// systemd would read such a word in another way.
bool has_fragile_end(std::string_view raw) {
    if (raw.empty()) return false;
    bool open = false;
    for (const char c : raw)
        open = !open && c == '\\';
    return open || raw.back() == ' ' || raw.back() == '\t';
}

class CommandWriter {
  public:
    CommandWriter(const unit::Command& command, const WrapperLine& line,
                  const std::string& own_option)
        : command_(command), line_(line), own_option_(own_option) {}

    Result<std::string> write() {
        text_ = quote_word(prefixes(command_) + escape_specifiers(line_.wrapper));
        for (const std::string& option : line_.options)
            if (auto added = add_option(option); !added) return tl::unexpected(added.error());
        if (auto added = add_argument_zero(); !added) return tl::unexpected(added.error());
        if (!command_.is_absolute)
            if (auto added = add_option("--search-path=" + line_.search_path); !added)
                return tl::unexpected(added.error());
        for (const std::string& option : line_.more_options)
            if (auto added = add_option(option); !added) return tl::unexpected(added.error());
        if (!own_option_.empty())
            if (auto added = add_option(own_option_); !added) return tl::unexpected(added.error());
        text_ += std::string(separator) + "-- " + program();
        add_arguments();
        return std::move(text_);
    }

  private:
    Result<void> add_option(const std::string& option) {
        text_ += separator;
        if (!command_.no_expansion) {
            append_quoted(text_, option);
            return {};
        }
        const auto plain = without_variables(option);
        if (!plain)
            return error(
                "the command has the prefix \":\", so systemd would not replace the "
                "variable in " +
                    option,
                "remove the \":\" or the variable");
        append_quoted(text_, *plain);
        return {};
    }

    // systemd does not expand variables in the program of a command, but it does in an argument,
    // which the program becomes here.
    std::string program() const {
        const std::string path = simplify_path(command_.path);
        return quote_word(command_.no_expansion ? path : escape_variables(path));
    }

    Result<void> add_argument_zero() {
        if (command_.argument_zero) return add_explicit_zero(command_.arguments.front());
        if (!command_.no_expansion && may_split(command_.path))
            return error(
                "the program's name starts with \"$\", and systemd may make several "
                "words of it",
                "write the name out");
        const bool differs = simplify_path(command_.path) != command_.path;
        const bool expands = !command_.no_expansion && command_.path.find('$') != std::string::npos;
        // Without "@", argv[0] is the path as it is written, with variables expanded.
        if (differs || expands) add_word(quote_word("--argv0=" + command_.path));
        return {};
    }

    Result<void> add_explicit_zero(const unit::Argument& word) {
        if (!command_.no_expansion && may_split(word.value))
            return error(
                "the word behind \"@\" starts with \"$\", and systemd may make several "
                "words, or none, of it",
                "write it as ${NAME}");
        const bool raw = word.raw != "\\;" && !has_fragile_end(word.raw);
        add_word(raw ? "--argv0=" + word.raw : quote_word("--argv0=" + word.value));
        return {};
    }

    void add_word(std::string_view word) { text_.append(separator).append(word); }

    void add_arguments() {
        for (std::size_t i = command_.argument_zero ? 1 : 0; i < command_.arguments.size(); ++i) {
            const unit::Argument& word = command_.arguments[i];
            text_ += " " + (has_fragile_end(word.raw) ? quote_word(word.value) : word.raw);
        }
    }

    Result<void> error(std::string message, std::string hint) const {
        return fail({command_.where, std::move(message), std::move(hint)});
    }

    const unit::Command& command_;
    const WrapperLine& line_;
    const std::string& own_option_;
    std::string text_;
};

}  // namespace

Result<std::string> wrap_command(const unit::Command& command, const WrapperLine& line,
                                 const std::string& own_option) {
    return CommandWriter(command, line, own_option).write();
}

}  // namespace ringfence::dropin
